import { Argument, type Command } from '@commander-js/extra-typings'
import type { Shell } from '../help/completion-scripts.ts'

const shells: Shell[] = ['bash', 'zsh', 'fish']

/** nself completion */
export function addCompletion(program: Command, print: (text: string) => void): void {
  program
    .command('completion')
    .description('Print the script that completes commands, flags, versions and files in your shell.')
    .addArgument(new Argument('<shell>', 'your shell').choices(shells))
    .addHelpText(
      'after',
      `
Examples:
  eval "$(nself completion bash)"   # in ~/.bashrc
  eval "$(nself completion zsh)"    # in ~/.zshrc, after compinit
  nself completion fish > ~/.config/fish/completions/nself.fish`,
    )
    .action(async (shell) => print((await import('../help/completion-scripts.ts')).scriptFor(shell)))
}
