# The fourteen figures of each operation as one CSV row: what `npumon parse --format csv` is measured against.
# As quick as we could make it: dispatch on the first character, no regular expression. Rows are printed when the
# iteration is over, since its time and its window, the sum of its operations', stand in each. Run it with mawk:
#   mawk -f fields.awk LOG
BEGIN { OFS = ","; count = 0 }
{ first = substr($0, 1, 1) }
first == "[" {
    name = substr($0, index($0, "]") + 2, 8)
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
first == "l" { layer = substr($0, 6, 1) == " " ? $3 : $2; next }
first == "u" { uid = $2; next }
first == "o" || first == "a" { id = $2; next }
first == "e" { execution = $3; next }
first == "V" {
    if (substr($0, 1, 4) == "VPC_") {
        window += $2
        rows[++count] = layer "," uid "," id "," execution "," total_read "," total_write "," axi_read "," \
            axi_write "," ddr_read "," ddr_write "," total "," idle
    }
    next
}
first == "R" {
    elapsed = substr($7, 1, length($7) - 2)
    for (row = 1; row <= count; row++) print rows[row], window, elapsed
    count = window = 0
}
