// The scripts of `ordinal completion`. They hand the words to `ordinal completion words` and take its lines
// as they are: a name from a server is never evaluated, whatever it holds.

/** Each line is a word, a tab, and a description, which bash does not show. */
const bash = `# Completion of ordinal for bash: source <(ordinal completion bash)
_ordinal() {
  local word
  COMPREPLY=()
  while IFS= read -r word; do
    word=\${word%%$'\\t'*}
    [[ $word == "\${COMP_WORDS[COMP_CWORD]}"* ]] && COMPREPLY+=("$(printf '%q' "$word")")
  done < <("\${COMP_WORDS[0]}" completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o bashdefault -o default -F _ordinal ordinal
`;

const zsh = `#compdef ordinal
# Completion of ordinal for zsh: source <(ordinal completion zsh)
_ordinal() {
  local line
  local -a candidates
  while IFS= read -r line; do
    candidates+=("\${\${line%%$'\\t'*}//:/\\\\\\\\:}:\${line#*$'\\t'}")
  done < <("\${words[1]}" completion words -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#candidates} )); then
    _describe 'ordinal' candidates
  else
    _files
  fi
}
compdef _ordinal ordinal
`;

const fish = `# Completion of ordinal for fish: ordinal completion fish | source
function __ordinal_words
    set -l words (commandline -opc)
    set -l last (commandline -ct)
    $words[1] completion words -- $words[2..-1] "$last" 2>/dev/null
end
complete -c ordinal -e
complete -c ordinal -a '(__ordinal_words)'
`;

export const SCRIPTS = { bash, zsh, fish } as const;
