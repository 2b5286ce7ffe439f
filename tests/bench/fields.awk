# The same sixteen fields of an 18-line block as `npumon parse --format csv` reads, one CSV row a block.
# Run with mawk: mawk -f fields.awk LOG
BEGIN { OFS = "," }
/^layer[ _]id:/          { split($0, head, /[ :]+/); layer = head[3]; next }
/^uid:/                  { uid = $2; next }
/^op_abs_id:|^abs_op_id:/ { op = $2; next }
/^execution time:/       { execution = $3; next }
/TOTAL_READ_BANDWIDTH/   { total_read = $NF; next }
/TOTAL_WRITE_BANDWIDTH/  { total_write = $NF; next }
/AXI_READ_BANDWIDTH/     { axi_read = $NF; next }
/AXI_WRITE_BANDWIDTH/    { axi_write = $NF; next }
/DDR_READ_BANDWIDTH/     { ddr_read = $NF; next }
/DDR_WRITE_BANDWIDTH/    { ddr_write = $NF; next }
/GPUTOTALCYCLES/         { total = $NF; next }
/GPUIDLECYCLES/          { idle = $NF; next }
/^VPC_ELAPSETIME/        { vpc = $2; next }
/^Run the/               { sub(/us$/, "", $NF); elapsed = $NF; next }
/^Total/                 { sub(/us$/, "", $NF); sum = $NF; next }
/^Average/               { sub(/us$/, "", $NF); print layer, uid, op, execution, total_read, total_write, axi_read, axi_write, ddr_read, ddr_write, total, idle, vpc, elapsed, sum, $NF }
