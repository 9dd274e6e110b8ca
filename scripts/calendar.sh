# calendar.sh - what quarterly-audit and recalibrate share: quarters, the program, the lock
# shellcheck shell=sh
# Dates are YYYY-MM-DD and UTC; needs GNU date, as Debian has it.

stop() {
    printf '%s: %s\n' "$(basename "$0")" "$1" >&2
    exit 2
}

# Exit status 1 is a verdict: only end() gives it. A command that fails by the way (set -e) ends with 2.
work='' verdict=''
end() {
    verdict=$1
    exit "$1"
}
leave() { # the status the shell ends with
    [ -z "$work" ] || rm -rf "$work" || true
    case $1 in
    0 | 2 | "$verdict") exit "$1" ;;
    esac
    stop "a command ended with status $1; expected 0"
}
trap 'leave $?' EXIT
trap 'exit 2' HUP INT TERM

# A command on files: where it fails, its own words, in one line with what was expected, are the error.
must() { # expected, command...
    expected=$1
    shift
    said=$("$@" 2>&1) || stop "$(printf '%s\n' "$said" | head -n 1); expected $expected"
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
    case $1 in
    [12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]) date -u -d "$1" +%F 2>/dev/null ;;
    *) return 1 ;;
    esac
}

days_after() { # date, days, which may be below 0
    date -u -d "$1 $(printf '%+d' "$2") days" +%F
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
    case $1 in
    [12][0-9][0-9][0-9]-Q[1-4]) ;;
    *) return 1 ;;
    esac
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
    quarter_before "$(quarter_of "$(days_after "$1" $((1 - $2)))")"
}

# Sets today, horizon, quarter, its first and last day from what was asked for, "" where nothing was.
settle_quarter() { # today, horizon, quarter
    today=$(day_of "${1:-$(date -u +%F)}") || stop "--today is \"$1\"; expected a date as 2026-06-30"
    horizon=$2
    case $horizon in
    '' | 0* | *[!0-9]* | ?????*) horizon=0 ;;
    esac
    { [ "$horizon" -ge 1 ] && [ "$horizon" -le 3650 ]; } ||
        stop "--horizon is \"$2\"; expected a whole number from 1 to 3650, days"
    quarter=${3:-$(quarter_due "$today" "$horizon")}
    first=$(first_day "$quarter") || stop "--quarter is \"$quarter\"; expected a quarter as 2026-Q2"
    last=$(last_day "$quarter")
    known=$(days_after "$last" "$horizon")
    ! is_after "$known" "$today" ||
        stop "$quarter: its last outcomes are known on $known; expected an earlier quarter"
}

# The horizon of a model; one whose outcome is a 0/1 column has none.
horizon_in() { # model
    sed -n '/^  "outcome": {/,/^  }/s/^    "horizon_days": \([0-9]*\),*$/\1/p' "$1"
}

# The days until an outcome is known, by the model in force; a 0/1 column does not say, and 90 are usual.
horizon_of() { # registry
    path=$("$assay" release show --registry "$1" --format path) || return 2
    days=$(horizon_in "$path")
    echo "${days:-90}"
}

# Is the outcome of a spec a date? We ask the program, which reads specs, with their comments: it refuses
# --observed-until beside a 0/1 column, before it looks at the data.
spec_is_dated() { # spec, a day
    ! "$assay" calibrate "$1" --data /dev/null --observed-until "$2" --quiet --output - 2>&1 |
        grep -qF 'expected no --observed-until'
}

verdict_of() { # audit
    sed -n '/^  "verdict": {/,/^  }/s/^    "result": "\([a-z]*\)".*/\1/p' "$1" | head -n 1
}

# One run at a time; the kernel lets go of the lock when the run ends, however it ends. What a killed run
# left is cleared: nobody else works here while we hold the lock.
hold() { # data directory
    command -v flock >/dev/null || stop 'flock: not found; expected the one of util-linux'
    must 'a data directory that we may write to' touch "$1/.calendar.lock"
    exec 9>"$1/.calendar.lock"
    flock -w 600 9 || stop "$1/.calendar.lock: another run holds the lock; waited ten minutes"
    must 'to clear what a run before left' rm -rf "$1"/audits/.work-* "$1"/candidates/.work-*
}

# Sets work, a directory beside what will be written, so that putting a file in place is one renaming.
begin_work() { # directory
    must 'a directory that we may write to' mkdir "$1/.work-$$"
    work=$1/.work-$$
}

put() { # from, to
    must 'a directory that we may write to' mv -T "$1" "$2"
}

# What is replaced is called by it: to the millisecond, so that no two are called the same.
time_now() {
    date -u +%Y%m%dT%H%M%S.%3NZ
}
