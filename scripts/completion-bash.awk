# The words of scripts/make-completion as a bash completion.

function note(command) {
    if (!(command in seen)) {
        seen[command] = 1
        order[++n] = command
    }
}

{ note($1) }
$2 == "command" { verbs[$1] = verbs[$1] " " $3 }
$2 == "option" {
    options[$1] = options[$1] " --" $3 ($5 == "flag" ? "" : "=")
    names = "--" $3 ($4 == "-" ? "" : " | -" $4)
    pattern = names
    gsub(/ \| /, "|", pattern)
    if ($5 == "file")
        files[$1] = files[$1] (files[$1] == "" ? "" : "|") pattern
    else if ($5 == "value")
        plain[$1] = plain[$1] (plain[$1] == "" ? "" : "|") pattern
    else if ($5 == "choice")
        choice[$1] = choice[$1] (choice[$1] == "" ? "" : "\n") pattern "\t" $3
}
$2 == "choice" { of[$1, $3] = of[$1, $3] " " $4 }
$2 == "operand" { operands[$1] = $3 }

function arm(patterns, action) {
    if (patterns != "")
        printf "            %s) %s; return ;;\n", patterns, action
}

END {
    print "# bash completion for assay; generated from its tables of options"
    print "_assay()"
    print "{"
    print "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command= k"
    print "    # The shell parts \"--to=sql\" into three words."
    print "    if [[ $word == = ]]; then"
    print "        word="
    print "    elif [[ $before == = ]]; then"
    print "        before=${COMP_WORDS[COMP_CWORD - 2]}"
    print "    fi"
    print "    for ((k = 1; k < COMP_CWORD; k++)); do"
    print "        case \"${command:+$command }${COMP_WORDS[k]}\" in"
    list = ""
    for (k = 1; k <= n; k++)
        if (order[k] != "")
            list = list (list == "" ? "" : "|") "\"" order[k] "\""
    printf "        %s) command=${command:+$command }${COMP_WORDS[k]} ;;\n", list
    print "        esac"
    print "    done"
    print "    COMPREPLY=()"
    print "    compopt +o nospace 2>/dev/null"
    print "    case $command in"
    for (k = 1; k <= n; k++) {
        c = order[k]
        printf "    \"%s\")\n", c
        if (c in verbs) {
            printf "        COMPREPLY=($(compgen -W \"%s --help\" -- \"$word\"))\n", substr(verbs[c], 2)
            print "        ;;"
            continue
        }
        print "        case $before in"
        arm(files[c], "COMPREPLY=($(compgen -f -- \"$word\"))")
        m = split(choice[c], lines, "\n")
        for (i = 1; i <= m; i++) {
            split(lines[i], part, "\t")
            arm(part[1], "COMPREPLY=($(compgen -W \"" substr(of[c, part[2]], 2) "\" -- \"$word\"))")
        }
        arm(plain[c], "true")
        print "        esac"
        print "        if [[ $word == -* ]]; then"
        printf "            COMPREPLY=($(compgen -W \"%s\" -- \"$word\"))\n", substr(options[c], 2)
        print "            [[ ${COMPREPLY-} == *= ]] && compopt -o nospace 2>/dev/null"
        if (c in operands) {
            print "        else"
            print "            COMPREPLY=($(compgen -f -- \"$word\"))"
        }
        print "        fi"
        print "        ;;"
    }
    print "    esac"
    print "}"
    print "complete -o filenames -F _assay assay"
}
