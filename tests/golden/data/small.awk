# Makes small.csv: 240 invented snapshots. The generator is that of Park and Miller (1988), so that
# every awk draws the same numbers.
#
#   awk -f small.awk >small.csv
function draw() {
    state = (16807 * state) % 2147483647
    return state / 2147483647
}
BEGIN {
    state = 20260701
    split("basic pro enterprise", plans, " ")
    split("monthly yearly multi-year", contracts, " ")
    split("north south", regions, " ")
    split("2025-12-31 2026-03-31", days, " ")
    print "account_id,as_of,plan,region,tenure_months,arr,logins,tickets,contract,churned"
    for (i = 1; i <= 240; i++) {
        account = sprintf("C-%03d", int((i + 1) / 2))
        if (i % 2 == 1) {
            plan = 1 + int(3 * draw())
            region = 1 + int(2 * draw())
            tenure = int(60 * draw())
            arr = 1000 * (1 + int(40 * draw()))
            contract = 1 + int(3 * draw())
        }
        logins = int(60 * draw())
        tickets = int(9 * draw() * draw())
        shown = draw() < 0.08 ? "" : tickets
        risk = 1 / (1 + exp(-(0.6 - 0.05 * logins + 0.3 * tickets - 0.4 * (contract - 1))))
        churned = draw() < risk ? 1 : 0
        print account "," days[2 - i % 2] "," plans[plan] "," regions[region] "," \
              tenure + (i % 2 ? 0 : 3) "," arr "," logins "," shown "," contracts[contract] "," churned
    }
}
