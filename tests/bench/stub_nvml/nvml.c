/* A stand-in for NVIDIA's libnvidia-ml.so.1: one GPU that does not exist, so that nvitop has something to show on a
 * machine without one. Only functions that nvitop calls; what is not here it shows as "N/A". Names, signatures and
 * layouts are those of NVIDIA's NVML API reference. With STUB_NVML_BUSY in the environment the figures change each
 * second, as if something ran; otherwise they stand still. There is no driver behind it, so nvitop's cost measured
 * with it has none of a driver's cost in it. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SUCCESS = 0, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, MHZ = 1395 };

typedef int nvmlReturn_t;
typedef struct device *nvmlDevice_t;

static char only_device;

static unsigned varying(unsigned low, unsigned high, unsigned still) {
    if (getenv("STUB_NVML_BUSY") == NULL) return still;
    unsigned second = (unsigned)time(NULL);
    return low + (second * 2654435761u >> 8) % (high - low + 1);
}

static nvmlReturn_t text(char *to, unsigned length, const char *from) {
    snprintf(to, length, "%s", from);
    return SUCCESS;
}

nvmlReturn_t nvmlInit_v2(void) { return SUCCESS; }
nvmlReturn_t nvmlInitWithFlags(unsigned flags) { (void)flags; return SUCCESS; }
nvmlReturn_t nvmlShutdown(void) { return SUCCESS; }
const char *nvmlErrorString(nvmlReturn_t result) { return result == SUCCESS ? "Success" : "Error of the stub"; }
nvmlReturn_t nvmlSystemGetDriverVersion(char *to, unsigned length) { return text(to, length, "550.00"); }
nvmlReturn_t nvmlSystemGetNVMLVersion(char *to, unsigned length) { return text(to, length, "12.550.00"); }
nvmlReturn_t nvmlSystemGetCudaDriverVersion(int *version) { *version = 12040; return SUCCESS; }
nvmlReturn_t nvmlSystemGetCudaDriverVersion_v2(int *version) { *version = 12040; return SUCCESS; }
nvmlReturn_t nvmlDeviceGetCount_v2(unsigned *count) { *count = 1; return SUCCESS; }

nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned index, nvmlDevice_t *device) {
    if (index != 0) return INVALID_ARGUMENT;
    *device = (nvmlDevice_t)&only_device;
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetIndex(nvmlDevice_t d, unsigned *index) { (void)d; *index = 0; return SUCCESS; }

nvmlReturn_t nvmlDeviceGetName(nvmlDevice_t d, char *to, unsigned length) {
    (void)d;
    return text(to, length, "Stub GPU");
}

nvmlReturn_t nvmlDeviceGetUUID(nvmlDevice_t d, char *to, unsigned length) {
    (void)d;
    return text(to, length, "GPU-00000000-0000-0000-0000-000000000000");
}

struct pci {
    char legacy_bus_id[16];
    unsigned domain, bus, device, pci_device_id, pci_subsystem_id;
    char bus_id[32];
};

nvmlReturn_t nvmlDeviceGetPciInfo_v3(nvmlDevice_t d, struct pci *pci) {
    (void)d;
    memset(pci, 0, sizeof *pci);
    text(pci->legacy_bus_id, sizeof pci->legacy_bus_id, "0000:01:00.0");
    text(pci->bus_id, sizeof pci->bus_id, "00000000:01:00.0");
    pci->bus = 1;
    return SUCCESS;
}

struct memory { unsigned long long total, free, used; };
struct memory_v2 { unsigned version; unsigned long long total, reserved, free, used; };

static unsigned long long used(void) { return (unsigned long long)varying(1024, 8192, 512) << 20; }
static const unsigned long long total = 16ull << 30;

nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t d, struct memory *memory) {
    (void)d;
    memory->total = total;
    memory->used = used();
    memory->free = total - memory->used;
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t d, struct memory_v2 *memory) {
    (void)d;
    memory->total = total;
    memory->reserved = 0;
    memory->used = used();
    memory->free = total - memory->used;
    return SUCCESS;
}

struct utilization { unsigned gpu, memory; };

nvmlReturn_t nvmlDeviceGetUtilizationRates(nvmlDevice_t d, struct utilization *rates) {
    (void)d;
    rates->gpu = varying(20, 99, 0);
    rates->memory = varying(5, 60, 0);
    return SUCCESS;
}

#define FIGURE(name, value) \
    nvmlReturn_t name(nvmlDevice_t d, unsigned *figure) { (void)d; *figure = (value); return SUCCESS; }
#define FIGURE_OF(name, value) \
    nvmlReturn_t name(nvmlDevice_t d, int which, unsigned *figure) { \
        (void)d; \
        (void)which; \
        *figure = (value); \
        return SUCCESS; \
    }

FIGURE(nvmlDeviceGetFanSpeed, varying(30, 60, 30))
FIGURE(nvmlDeviceGetPowerUsage, varying(60000, 180000, 20000)) /* mW */
FIGURE(nvmlDeviceGetPowerManagementLimit, 200000)
FIGURE(nvmlDeviceGetPerformanceState, varying(0, 2, 8))
FIGURE(nvmlDeviceGetPersistenceMode, 1)
FIGURE(nvmlDeviceGetDisplayActive, 0)
FIGURE(nvmlDeviceGetDisplayMode, 0)
FIGURE(nvmlDeviceGetComputeMode, 0)
FIGURE_OF(nvmlDeviceGetTemperature, varying(50, 80, 40))
FIGURE_OF(nvmlDeviceGetClockInfo, varying(900, MHZ, 300))
FIGURE_OF(nvmlDeviceGetMaxClockInfo, MHZ)

struct temperature { unsigned version; int sensor, celsius; };

nvmlReturn_t nvmlDeviceGetTemperatureV(nvmlDevice_t d, struct temperature *temperature) {
    (void)d;
    temperature->celsius = (int)varying(50, 80, 40);
    return SUCCESS;
}

#define CODER(name) \
    nvmlReturn_t name(nvmlDevice_t d, unsigned *percent, unsigned *period_us) { \
        (void)d; \
        *percent = 0; \
        *period_us = 167000; \
        return SUCCESS; \
    }

CODER(nvmlDeviceGetEncoderUtilization)
CODER(nvmlDeviceGetDecoderUtilization)

/* A function that is missing costs nvitop an exception and a lookup at each refresh; a real library has them all. */
#define NOT_HERE(name) nvmlReturn_t name(void) { return NOT_SUPPORTED; }

NOT_HERE(nvmlDeviceGetBAR1MemoryInfo)
NOT_HERE(nvmlDeviceGetConfComputeMemSizeInfo)
NOT_HERE(nvmlDeviceGetDriverModel)
NOT_HERE(nvmlDeviceGetDriverModel_v2)
NOT_HERE(nvmlDeviceGetFieldValues)
NOT_HERE(nvmlDeviceGetMPSComputeRunningProcesses_v3)
NOT_HERE(nvmlDeviceGetMaxMigDeviceCount)
NOT_HERE(nvmlDeviceGetMigMode)
NOT_HERE(nvmlDeviceGetPcieThroughput)
NOT_HERE(nvmlDeviceGetProcessUtilization)
NOT_HERE(nvmlDeviceGetRunningProcessDetailList)
NOT_HERE(nvmlDeviceGetSerial)
NOT_HERE(nvmlDeviceGetTotalEccErrors)
NOT_HERE(nvmlDeviceIsMigDeviceHandle)

#define NO_PROCESSES(name) \
    nvmlReturn_t name(nvmlDevice_t d, unsigned *count, void *infos) { \
        (void)d; \
        (void)infos; \
        *count = 0; \
        return SUCCESS; \
    }

NO_PROCESSES(nvmlDeviceGetComputeRunningProcesses_v3)
NO_PROCESSES(nvmlDeviceGetGraphicsRunningProcesses_v3)
