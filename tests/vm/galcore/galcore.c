// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * A stand-in for the NPU's kernel driver: loads, unloads, has parameters and a device node as galcore does, and drives
 * no hardware. For npumon's tests in a virtual machine; synthetic.
 *
 * Like the real one it takes its parameters when it is loaded, prints them with showArgs, and cannot be unloaded while
 * somebody has /dev/galcore open. Three parameters of its own make trouble on demand: failInit, exitDelay,
 * readHang.
 */
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>

#define RELEASE "6.4.6.2"

static int gpuProfiler;
module_param(gpuProfiler, int, 0644);
MODULE_PARM_DESC(gpuProfiler, "Enable profiling, disabled by default");

static int showArgs = 1;
module_param(showArgs, int, 0644);
MODULE_PARM_DESC(showArgs, "Print the parameters when loaded");

static int powerManagement = 1;
module_param(powerManagement, int, 0644);
MODULE_PARM_DESC(powerManagement, "Save power when idle");

static uint recovery = 1;
module_param(recovery, uint, 0644);
MODULE_PARM_DESC(recovery, "Recover from a stuck NPU");

static uint stuckDump;
module_param(stuckDump, uint, 0644);
MODULE_PARM_DESC(stuckDump, "How much is dumped when stuck, 0 to 3");

static int hardwareResetNum;
module_param(hardwareResetNum, int, 0644);
MODULE_PARM_DESC(hardwareResetNum, "Resets of the hardware so far");

static ulong contiguousSize = 4 << 20;
module_param(contiguousSize, ulong, 0644);
MODULE_PARM_DESC(contiguousSize, "Bytes of reserved memory");

static int failInit;
module_param(failInit, int, 0644);
MODULE_PARM_DESC(failInit, "Stand-in only: fail to load with this errno");

static int exitDelay;
module_param(exitDelay, int, 0644);
MODULE_PARM_DESC(exitDelay, "Stand-in only: seconds that unloading takes");

static int readHang;
module_param(readHang, int, 0644);
MODULE_PARM_DESC(readHang, "Stand-in only: seconds that a read hangs, out of reach of every signal");

static ssize_t galcore_read(struct file *file, char __user *data, size_t size, loff_t *offset)
{
	if (readHang > 0)
		msleep(readHang * 1000); /* uninterruptible */
	return 0;
}

static const struct file_operations galcore_operations = {
	.owner = THIS_MODULE, /* each open file holds a reference */
	.read = galcore_read,
	.llseek = noop_llseek,
};

static struct miscdevice galcore_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "galcore",
	.fops = &galcore_operations,
	.mode = 0666,
};

static void galcore_show_args(void)
{
	pr_info("Galcore options:\n");
	pr_info("  contiguousSize    = 0x%08lX\n", contiguousSize);
	pr_info("  powerManagement   = %d\n", powerManagement);
	pr_info("  gpuProfiler       = %d\n", gpuProfiler);
	pr_info("  recovery          = %d\n", recovery);
	pr_info("  stuckDump         = %d\n", stuckDump);
}

static int __init galcore_init(void)
{
	pr_info("Galcore version " RELEASE "\n");
	if (showArgs)
		galcore_show_args();
	if (failInit > 0) {
		pr_err("galcore: probe fails, as asked: %d\n", failInit);
		return -failInit;
	}
	return misc_register(&galcore_device);
}

static void __exit galcore_exit(void)
{
	misc_deregister(&galcore_device);
	if (exitDelay > 0)
		ssleep(exitDelay);
}

module_init(galcore_init);
module_exit(galcore_exit);

MODULE_DESCRIPTION("Stand-in for the NPU's driver, for tests");
MODULE_LICENSE("Dual MIT/GPL");
MODULE_VERSION(RELEASE);
