# What zsh offers after each line of standard input, with the completion of FOLDER/_assay:
#   zsh -f words.zsh FOLDER
# One line of output each: the line, " -> ", the offers.
zmodload zsh/zpty
setopt extended_glob
folder=$1

# Reads what the shell says until it has said a word, for at most five seconds.
read_until() {
    local part
    seen=
    repeat 250; do
        while zpty -r -t shell part; do seen+=$part; done
        [[ $seen == *${~1}* ]] && return
        sleep 0.02
    done
}

while IFS= read -r line; do
    zpty shell zsh -f -i
    zpty -w shell "PS1= RPS1=; fpath=(${(q)folder} \$fpath); autoload -Uz compinit; compinit -u -D"
    # Says what the completion would add, before it adds it.
    zpty -w shell 'compadd() { local -a offers; builtin compadd -O offers "$@"; print -rn -- "<${(j: :)offers}>"; builtin compadd "$@" }'
    zpty -w shell 'print rea""dy'
    read_until ready
    zpty -n -w shell $line$'\t'
    read_until '<[^>]##>'
    offers=${${(MS)seen##<[^>]##>}[2,-2]}
    print -r -- "$line -> $offers"
    zpty -d shell
done
