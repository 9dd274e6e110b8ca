# The words of scripts/make-completion as a zsh completion.

function note(command) {
    if (!(command in seen)) {
        seen[command] = 1
        order[++n] = command
    }
}

# Inside single quotes, inside [...] or after a colon.
function quoted(text) {
    gsub(/'/, "'\\''", text)
    gsub(/\[/, "\\[", text)
    gsub(/\]/, "\\]", text)
    gsub(/:/, "\\:", text)
    return text
}

function named(command) {
    gsub(/[^a-z]/, "_", command)
    return "_assay" (command == "" ? "" : "_" command)
}

{ note($1) }
$2 == "command" { verbs[$1] = verbs[$1] sprintf("        '%s:%s'\n", $3, quoted($4)) }
$2 == "option" {
    m = ++count[$1]
    name[$1, m] = $3
    letter[$1, m] = $4
    kind[$1, m] = $5
    argument[$1, m] = $6
    help[$1, m] = $7
}
$2 == "choice" { of[$1, $3] = of[$1, $3] " " $4 }
$2 == "operand" { operands[$1] = $3 }

function put_option(c, m,    what, tail) {
    what = "[" quoted(help[c, m]) "]"
    if (kind[c, m] == "file")
        tail = ":" quoted(argument[c, m]) ":_files"
    else if (kind[c, m] == "choice")
        tail = ":" quoted(argument[c, m]) ":(" substr(of[c, name[c, m]], 2) ")"
    else if (kind[c, m] == "value")
        tail = ":" quoted(argument[c, m]) ": "
    else
        tail = ""
    if (letter[c, m] == "-")
        printf "        '--%s%s%s%s' \\\n", name[c, m], tail == "" ? "" : "=", what, tail
    else
        printf "        '(-%s --%s)'{-%s%s,--%s%s}'%s%s' \\\n", letter[c, m], name[c, m], letter[c, m],
            tail == "" ? "" : "+", name[c, m], tail == "" ? "" : "=", what, tail
}

END {
    print "#compdef assay"
    print "# zsh completion for assay; generated from its tables of options"
    for (k = 1; k <= n; k++) {
        c = order[k]
        printf "\n%s()\n{\n", named(c)
        if (c in verbs) {
            print "    local -a words_here"
            printf "    words_here=(\n%s    )\n", verbs[c]
            print "    if ((CURRENT == 2)); then"
            print "        _describe -t commands command words_here"
            print "    else"
            print "        local verb=${words[2]//[^a-z]/_}"
            print "        shift words"
            print "        ((CURRENT--))"
            printf "        ((${+functions[%s_$verb]})) && %s_$verb\n", named(c), named(c)
            print "    fi"
        } else {
            print "    _arguments -S \\"
            for (m = 1; m <= count[c]; m++)
                put_option(c, m)
            printf "        %s\n", c in operands ? "'*:" quoted(operands[c]) ":_files'" : "'*: : '"
        }
        print "}"
    }
    print "\n_assay \"$@\""
}
