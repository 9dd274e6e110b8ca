# calendar.sh - what quarterly-audit and recalibrate share: quarters, the program, the lock
# shellcheck shell=sh
# Dates are YYYY-MM-DD and UTC; needs GNU date, as Debian has it.

stop() {
    echo "$(basename "$0"): $1" >&2
    exit 2
}

# The head of the script is its manual.
usage() {
    sed -n '2,/^set -eu/{/^set -eu/d;s/^# \{0,1\}//;p;}' "$1"
    exit 0
}

here=$(cd "$(dirname "$0")" && pwd)
assay=${ASSAY:-$here/../build/assay}
[ -x "$assay" ] || assay=$(command -v assay) || stop 'no program; expected $ASSAY, build/assay or assay on the PATH'

day_of() {
    echo "$1" | grep -Eqx '[0-9]{4}-[0-9]{2}-[0-9]{2}' && date -u -d "$1" +%F 2>/dev/null
}

days_after() { # date, days
    date -u -d "$1 +$2 days" +%F
}

# Dates and quarters sort as text.
is_after() {
    expr "$1" '>' "$2" >/dev/null
}

# 2026-Q2 of any of its days.
quarter_of() {
    month=$(date -u -d "$1" +%m)
    echo "$(date -u -d "$1" +%Y)-Q$(((${month#0} + 2) / 3))"
}

first_day() { # 2026-Q2: 2026-04-01
    echo "$1" | grep -Eqx '[0-9]{4}-Q[1-4]' || return 1
    printf '%s-%02d-01\n' "${1%-Q*}" $((${1#*-Q} * 3 - 2))
}

last_day() {
    date -u -d "$(first_day "$1") +3 months -1 day" +%F
}

quarter_before() {
    quarter_of "$(date -u -d "$(first_day "$1") -1 day" +%F)"
}

# The last quarter of whose snapshots all outcomes are known on a day.
quarter_due() { # today, horizon
    due=$(quarter_of "$1")
    while true; do
        due=$(quarter_before "$due")
        if ! is_after "$(days_after "$(last_day "$due")" "$2")" "$1"; then
            echo "$due"
            return
        fi
    done
}

# The horizon of the model in force; an outcome column without dates has none that we could know.
horizon_of() {
    path=$("$assay" release show --registry "$1" --format path) || return 2
    days=$(sed -n 's/^    "horizon_days": \([0-9]*\),*$/\1/p' "$path" | head -n 1)
    [ -n "$days" ] || days=90
    echo "$days"
}

verdict_of() { # audit
    sed -n '/^  "verdict": {/,/^  }/s/^    "result": "\([a-z]*\)".*/\1/p' "$1" | head -n 1
}

# One run at a time; the kernel lets go of the lock when the run ends, however it ends.
hold() {
    exec 9>"$1"
    flock -w 600 9 || stop "$1: another run holds the lock; waited ten minutes"
}
