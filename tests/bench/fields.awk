# The sixteen figures of each block as one CSV row: what `npumon parse --format csv` is measured against.
# As quick as we could make it: dispatch on the first character, no regular expression. Run it with mawk:
#   mawk -f fields.awk LOG
BEGIN { OFS = "," }
{ first = substr($0, 1, 1) }
first == "[" {
    name = substr($0, 10, 8)
    value = substr($0, index($0, ":") + 2)
    if (name == "TOTAL_RE") total_read = value
    else if (name == "TOTAL_WR") total_write = value
    else if (name == "AXI_READ") axi_read = value
    else if (name == "AXI_WRIT") axi_write = value
    else if (name == "DDR_READ") ddr_read = value
    else if (name == "DDR_WRIT") ddr_write = value
    else if (name == "GPUTOTAL") total = value
    else if (name == "GPUIDLEC") idle = value
    next
}
first == "l" { layer = $3; next }
first == "u" { uid = $2; next }
first == "o" || first == "a" { id = $2; next }
first == "e" { execution = $3; next }
first == "V" { window = $2; next }
first == "R" { elapsed = substr($7, 1, length($7) - 2); next }
first == "T" { sum = substr($4, 1, length($4) - 2); next }
first == "A" {
    print layer, uid, id, execution, total_read, total_write, axi_read, axi_write, ddr_read, ddr_write, \
        total, idle, window, elapsed, sum, substr($4, 1, length($4) - 2)
}
