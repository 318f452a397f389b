import type { AdoptProof, AdoptResult } from '../../../commands/shared/adopt-results.ts'
import { differenceDocument } from './migrate.ts'

/** The document of `db adopt`. */
export function adoptDocument(result: AdoptResult) {
  const { kind, tool, folder, table, database, files, problems, proof, downs, others, dryRun, written, recorded } =
    result
  return {
    kind,
    tool,
    folder,
    table,
    database,
    files: files.map(({ name, path, sources, applied, appliedAt, isThere, notes }) => ({
      name,
      path,
      sources,
      applied,
      appliedAt,
      isThere,
      notes,
    })),
    problems: problems.map(({ subject, what, decision, choice, weight }) => ({
      subject,
      what,
      decision,
      choice,
      weight,
    })),
    proof: proof && proofDocument(proof),
    downs: downs && {
      written: downs.written.map(({ name, lost }) => ({ name, lost })),
      left: downs.left.map(({ name, why }) => ({ name, why })),
    },
    others,
    dryRun,
    written,
    recorded,
  }
}

function proofDocument(proof: AdoptProof) {
  switch (proof.state) {
    case 'proven':
      return { state: proof.state, replayed: proof.replayed, pending: proof.pending }
    case 'different':
      return { state: proof.state, differences: proof.differences.map(differenceDocument) }
    default:
      return { state: proof.state, why: proof.why }
  }
}
