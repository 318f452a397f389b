import basic from './scaffolds/basic.dbml' with { type: 'text' }
import blog from './scaffolds/blog.dbml' with { type: 'text' }
import ecommerce from './scaffolds/ecommerce.dbml' with { type: 'text' }
import saas from './scaffolds/saas.dbml' with { type: 'text' }

/** Designs to start from. */
export const scaffolds = { basic, ecommerce, saas, blog } as const

export type ScaffoldName = keyof typeof scaffolds
