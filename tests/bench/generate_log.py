"""Write a synthetic log of regular 18-line blocks with varied numbers: `generate_log.py FILE MEGABYTES [SEED]`."""

from __future__ import annotations

import random
import sys

BLOCK = """\
layer id: 0 layer name:network_binary_graph operation[0]:unkown operation type target:unkown operation target.
uid: 0
op_abs_id: 0
execution time:             {execution} us
[     1] TOTAL_READ_BANDWIDTH  (MByte): {total_read:.6f}
[     2] TOTAL_WRITE_BANDWIDTH (MByte): {total_write:.6f}
[     3] AXI_READ_BANDWIDTH  (MByte): {axi_read:.6f}
[     4] AXI_WRITE_BANDWIDTH (MByte): {axi_write:.6f}
[     5] DDR_READ_BANDWIDTH (MByte): {ddr_read:.6f}
[     6] DDR_WRITE_BANDWIDTH (MByte): {ddr_write:.6f}
[     7] GPUTOTALCYCLES: {total}
[     8] GPUIDLECYCLES: {idle}
VPC_ELAPSETIME: {vpc}
*********
Run the 1 time: {elapsed_ms}.00ms or {elapsed}.00us
vxProcessGraph execution time:
Total   {sum_ms}.00ms or {sum}.00us
Average {average:.2f}ms or {sum}.00us
"""


def block(numbers: random.Random) -> str:
    """One block; the figures keep the driver's invariants (TOTAL = AXI + DDR, a clock near 790 MHz)."""
    execution = numbers.randint(900, 99_999)
    vpc = execution + numbers.randint(50, 400)
    elapsed = vpc + numbers.randint(50, 600)
    total = int(vpc * numbers.uniform(780, 800))
    axi_read, axi_write, ddr_read, ddr_write = (numbers.randint(1, 99_999_999) / 1e6 for _ in range(4))
    return BLOCK.format(
        execution=execution,
        vpc=vpc,
        total=total,
        idle=numbers.randint(0, total // 3),
        axi_read=axi_read,
        axi_write=axi_write,
        ddr_read=ddr_read,
        ddr_write=ddr_write,
        total_read=axi_read + ddr_read,
        total_write=axi_write + ddr_write,
        elapsed=elapsed,
        elapsed_ms=elapsed // 1000,
        sum=elapsed + 16,
        sum_ms=(elapsed + 16) // 1000,
        average=(elapsed + 16) / 1000,
    )


def generate(path: str, megabytes: int, seed: int = 0) -> int:
    """Write about so many MB (10^6 bytes); returns the number of blocks."""
    numbers = random.Random(seed)
    blocks = written = 0
    with open(path, "w", encoding="ascii") as file:
        while written < megabytes * 1_000_000:
            written += file.write(block(numbers))
            blocks += 1
    return blocks


if __name__ == "__main__":
    print(generate(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0))
