"""What real machines printed, each from a public report; shortened where `…` is said, never altered otherwise."""

# nvidia-smi --query-gpu=… --format=csv: github.com/Stability-AI/StableSwarmUI/issues/388 (A100 split by MIG, in a pod)
A100_MIG = """name, driver_version, temperature.gpu, utilization.gpu [%], utilization.memory [%], memory.total [MiB], memory.free [MiB], memory.used [MiB]
NVIDIA A100-SXM4-80GB, 535.161.08, 47, [N/A], [N/A], [Insufficient Permissions], [Insufficient Permissions], [Insufficient Permissions]
"""  # noqa: E501

# github.com/triton-inference-server/server/pull/8070
TWO_CARDS = """compute_cap, compute_mode, driver_version, name, index
7.0, Default, 570.86.15, NVIDIA TITAN V, 0
8.9, Default, 570.86.15, NVIDIA RTX 5880 Ada Generation, 1
"""

# the form of COMMAND's own columns: `nvidia-smi --help-query-gpu`; the values of a Quadro P400 from
# github.com/NVIDIA/nvidia-container-toolkit/issues/268 (nvidia-smi -a: 00000000:01:00.0, 470.103.01)
P400 = """index, name, uuid, pci.bus_id, driver_version, memory.total [MiB], memory.free [MiB]
0, Quadro P400, GPU-08283365-4b53-3311-bff5-d5c37f82021d, 00000000:01:00.0, 470.103.01, 1997 MiB, 1900 MiB
"""

# github.com/ci-for-research/self-hosted-runners/issues/40
NO_DRIVER = """NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest \
NVIDIA driver is installed and running.

"""

# lspci -nn: github.com/clbr/radeontop/pull/159
NAVI_31 = (
    "03:00.0 VGA compatible controller [0300]: Advanced Micro Devices, Inc. [AMD/ATI] "
    "Navi 31 [Radeon RX 7900 XT/7900 XTX] [1002:744c] (rev c8)\n"
)

# lspci -d ::03xx: github.com/hyprwm/hyprland-wiki/pull/1041; the numbers in brackets (-nn) are those of pci.ids
TWO_MAKERS = """00:02.0 Display controller [0380]: Intel Corporation AlderLake-S GT1 [8086:4680] (rev 0c)
01:00.0 VGA compatible controller [0300]: NVIDIA Corporation GA102 [GeForce RTX 3080 Ti] [10de:2208] (rev a1)
"""

# Get-CimInstance win32_VideoController: github.com/sebhildebrandt/systeminformation/issues/790 (its values; the table
# is what COMMAND's Select-Object makes of them), AdapterRAM of github.com/Timthreetwelve/TimVer/issues/103
WINDOWS = (
    '{"cards":[{"Name":"Intel(R) UHD Graphics","AdapterRAM":1073741824,"DriverVersion":"31.0.101.2111",'
    '"PNPDeviceID":"PCI\\\\VEN_8086&DEV_9BC4&SUBSYS_170D1043&REV_05\\\\3&11583659&0&10","ConfigManagerErrorCode":0},'
    '{"Name":"AMD Radeon RX 9060 XT","AdapterRAM":4293918720,"DriverVersion":"32.0.21025.1024",'
    '"PNPDeviceID":"PCI\\\\VEN_1002&DEV_7590&SUBSYS_24281458&REV_C0\\\\6&1","ConfigManagerErrorCode":0},'
    '{"Name":"Microsoft Remote Display Adapter","AdapterRAM":null,"DriverVersion":"10.0.22621.1",'
    '"PNPDeviceID":"SWD\\\\REMOTEDISPLAYENUM\\\\RDPIDD_INDIRECTDISPLAY","ConfigManagerErrorCode":0}],'
    '"sizes":[{"MatchingDeviceId":"PCI\\\\VEN_1002&DEV_7590","Bytes":"17095983104"},'
    '{"MatchingDeviceId":null,"Bytes":""}],'
    '"cpus":[{"Name":"Intel(R) Xeon(R) CPU E5-2673 v4 @ 2.30GHz","NumberOfCores":20,"NumberOfLogicalProcessors":40},'
    '{"Name":"Intel(R) Xeon(R) CPU E5-2673 v4 @ 2.30GHz","NumberOfCores":20,"NumberOfLogicalProcessors":40}],'
    '"npus":[{"Name":"Intel(R) AI Boost","PNPDeviceID":"PCI\\\\VEN_8086&DEV_7D1D&SUBSYS_00000000&REV_04\\\\3"}]}'
)

# system_profiler SPDisplaysDataType -json: github.com/timmo001/system-bridge/pull/3408 (…)
M3_PRO = """{
  "SPDisplaysDataType" : [
    {
      "_name" : "Apple M3 Pro",
      "spdisplays_mtlgpufamilysupport" : "spdisplays_metal3",
      "spdisplays_ndrvs" : [
        {
          "_name" : "DELL U2722DE",
          "_spdisplays_pixels" : "2560 x 1440",
          "spdisplays_main" : "spdisplays_yes"
        }
      ],
      "spdisplays_vendor" : "sppci_vendor_Apple",
      "sppci_bus" : "spdisplays_builtin",
      "sppci_cores" : "18",
      "sppci_device_type" : "spdisplays_gpu",
      "sppci_model" : "Apple M3 Pro"
    }
  ]
}"""

# macOS 11: github.com/exelban/stats/issues/394 (…)
M1_BIG_SUR = """{
  "SPDisplaysDataType" : [
    {
      "_name" : "kHW_AppleM1Item",
      "spdisplays_metalfamily" : "spdisplays_mtlgpufamilyapple7",
      "spdisplays_ndrvs" : [ { "_name" : "Color LCD" } ]
    }
  ]
}"""

# sysctl: github.com/archspec/archspec/pull/216 (M5), issue 38 (M1) (…)
M5_SYSCTL = """hw.ncpu: 10
hw.byteorder: 1234
hw.memsize: 25769803776
hw.activecpu: 10
hw.optional.arm.FEAT_CRC32: 1
hw.optional.arm.FEAT_DotProd: 1
hw.optional.arm.FEAT_SPECRES: 0
hw.optional.arm.FEAT_BF16: 1
hw.optional.arm.FEAT_I8MM: 1
machdep.cpu.cores_per_package: 10
machdep.cpu.core_count: 10
machdep.cpu.logical_per_package: 10
machdep.cpu.thread_count: 10
machdep.cpu.brand_string: Apple M5
"""

# /proc/cpuinfo of a machine this was written on (…)
XEON = """processor\t: 0
vendor_id\t: GenuineIntel
cpu family\t: 6
model\t\t: 167
model name\t: Intel(R) Xeon(R) Processor
cpu cores\t: 2
flags\t\t: fpu sse sse2 ssse3 fma sse4_1 sse4_2 avx f16c avx2 avx512f avx512_vnni amx_bf16 amx_tile amx_int8

processor\t: 1
model name\t: Intel(R) Xeon(R) Processor
"""
