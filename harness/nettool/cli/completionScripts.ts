/** Scripts that let a shell ask `nettool complete`. */
export const COMPLETION_SCRIPTS: Readonly<Record<string, string>> = {
  bash: `# nettool: source <(nettool completion bash)
_nettool() {
  local IFS=$'\\n' cur="\${COMP_WORDS[COMP_CWORD]}"
  local words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  # "=" ends a word for readline, and does not for nettool.
  local line="\${COMP_LINE:0:COMP_POINT}"
  read -ra words <<<"\${line#* }" 2>/dev/null
  IFS=$' ' read -ra words <<<"\${line#* }"
  [[ "$line" == *' ' ]] && words+=("")
  local last="\${words[-1]}"
  IFS=$'\\n' COMPREPLY=($(nettool complete -- "\${words[@]}" 2>/dev/null))
  # What readline has of the word already is not offered again.
  local prefix="\${last%"$cur"}"
  [[ "$cur" == "=" ]] && prefix="$last"
  COMPREPLY=("\${COMPREPLY[@]#"$prefix"}")
  [[ "\${COMPREPLY[0]}" == *[.=] ]] && compopt -o nospace
}
complete -F _nettool nettool
`,
  zsh: `#compdef nettool
# nettool: source <(nettool completion zsh)
_nettool() {
  local -a candidates
  candidates=("\${(@f)$(nettool complete -- "\${words[@]:1:CURRENT-1}" 2>/dev/null)}")
  compadd -S '' -- "\${candidates[@]}"
}
compdef _nettool nettool
`,
  fish: `# nettool: nettool completion fish | source
function __nettool_complete
  set -l words (commandline -opc) (commandline -ct)
  nettool complete -- $words[2..-1] 2>/dev/null
end
complete -c nettool -f -a '(__nettool_complete)'
`,
};
