# What bash offers after each line of standard input, with the completion FILE:
#   bash words.bash FILE
# One line of output each: the line, " -> ", the offers. The shell parts words at "=".
source "$1"
while IFS= read -r line; do
    parted=${line//=/ = }
    read -ra COMP_WORDS <<<"$parted"
    [[ $parted == *' ' ]] && COMP_WORDS+=('')
    [[ $line == *= ]] && unset 'COMP_WORDS[-1]' # the cursor stands on "=" itself
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
    _assay
    echo "$line -> ${COMPREPLY[*]}"
done
