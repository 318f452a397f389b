export type Shell = 'bash' | 'zsh' | 'fish'

/**
 * What a shell runs to complete `nself …`. Each asks `nself __complete BEFORE… CURRENT`, whose first line is `files` or
 * `words`, the others `word<TAB>what it is`.
 */
export function scriptFor(shell: Shell): string {
  return { bash, zsh, fish }[shell]
}

// bash breaks words at ":" and "=" too: they are taken from the line itself, and what bash has already of a word goes.
// Old bash, as macOS has it, knows no compopt and no mapfile.
const bash = `# bash completion for nself:  eval "$(nself completion bash)"
_nself() {
  local line="\${COMP_LINE:0:COMP_POINT}" cur="\${COMP_WORDS[COMP_CWORD]}" answer word last
  local -a typed
  read -ra typed <<<"$line"
  [[ $line == *[[:space:]] ]] && typed+=("")
  last="\${typed[\${#typed[@]}-1]}"
  case "$cur" in : | =) cur="" ;; esac
  answer="$("\${typed[0]}" __complete "\${typed[@]:1}" 2>/dev/null)" || return
  COMPREPLY=()
  if [[ $answer == files* ]]; then
    type compopt >/dev/null 2>&1 && compopt -o filenames
    while IFS= read -r word; do [[ -n $word ]] && COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
  fi
  local skip=$((\${#last} - \${#cur}))
  while IFS=$'\\t' read -r word _; do
    [[ -n $word ]] && COMPREPLY+=("\${word:skip}")
  done < <(tail -n +2 <<<"$answer")
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -F _nself nself
`

const zsh = `#compdef nself
# zsh completion for nself:  eval "$(nself completion zsh)" after compinit, or a file _nself in a folder of $fpath
_nself() {
  local -a answer described
  local line says
  answer=("\${(@f)$("\${(Q)words[1]}" __complete "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  for line in "\${(@)answer[2,-1]}"; do
    [[ -n $line ]] || continue
    says="\${line#*$'\\t'}"
    described+=("\${\${line%%$'\\t'*}//:/\\\\:}\${says:+:$says}")
  done
  (( \${#described} )) && _describe -V nself described
  [[ \${answer[1]} == files ]] && _files
  return 0
}
if [[ \${funcstack[1]} == _nself ]]; then _nself "$@"; else compdef _nself nself; fi
`

const fish = `# fish completion for nself:  nself completion fish > ~/.config/fish/completions/nself.fish
function __nself_complete
    set -l typed (commandline -opc) (commandline -ct)
    set -l answer ($typed[1] __complete $typed[2..-1] 2>/dev/null)
    if test "$answer[1]" = files
        __fish_complete_path (commandline -ct)
    end
    if test (count $answer) -gt 1
        printf '%s\\n' $answer[2..-1]
    end
end
complete -c nself -f -a '(__nself_complete)'
`
