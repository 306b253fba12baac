/** Numbers of Linux system calls by architecture. */
interface SystemCallNumbers {
  /** AUDIT_ARCH_*, as linux/audit.h states it. */
  audit: number;
  clone: number;
  /** Answered "there is no such call", upon which the C library takes another way. */
  absent: readonly number[];
  /** Answered "not permitted". */
  denied: readonly number[];
}

// In this order: fork, vfork, memfd_create, memfd_secret, ptrace, mount, umount2, unshare, setns, keyctl, add_key,
// request_key, bpf, perf_event_open, userfaultfd, shmget, semget, msgget, mq_open, process_vm_readv, process_vm_writev,
// kexec_load, open_tree, move_mount, fsopen, pidfd_getfd. Arm has neither fork nor vfork.
const ARCHITECTURES: Readonly<Record<string, SystemCallNumbers>> = {
  x64: {
    audit: 0xc000003e,
    clone: 56,
    absent: [435, 425],
    denied: [
      57, 58, 319, 447, 101, 165, 166, 272, 308, 250, 248, 249, 321, 298, 323, 29, 64, 68, 240, 310, 311, 246,
      428, 429, 430, 438
    ]
  },
  arm64: {
    audit: 0xc00000b7,
    clone: 220,
    absent: [435, 425],
    denied: [
      279, 447, 117, 40, 39, 97, 268, 219, 217, 218, 280, 241, 282, 194, 190, 186, 180, 270, 271, 104, 428,
      429, 430, 438
    ]
  }
};

const CLONE_THREAD = 0x10000;
const ALLOW = 0x7fff0000;
const KILL = 0x80000000;
const EPERM = 0x00050001;
const ENOSYS = 0x00050026;

/**
 * A seccomp filter (struct sock_filter of linux/filter.h, little-endian) that allows threads and no further process, nor
 * memory that address-space limits do not count. Undefined for a processor whose calls are not known here.
 */
export function seccompFilter(arch: string = process.arch): Buffer | undefined {
  const known = ARCHITECTURES[arch];
  if (!known) return undefined;
  const steps: [code: number, jumpTrue: number, jumpFalse: number, value: number][] = [];
  const load = (offset: number) => steps.push([0x20, 0, 0, offset]);
  const give = (value: number) => steps.push([0x06, 0, 0, value]);
  const answer = (call: number, value: number) => {
    steps.push([0x15, 0, 1, call]);
    give(value);
  };
  load(4);
  steps.push([0x15, 1, 0, known.audit]);
  give(KILL);
  load(0);
  // x64 also answers to the numbers of its 32-bit variant, which begin here.
  if (arch === "x64") {
    steps.push([0x35, 0, 1, 0x40000000]);
    give(ENOSYS);
  }
  for (const call of known.absent) answer(call, ENOSYS);
  for (const call of known.denied) answer(call, EPERM);
  steps.push([0x15, 0, 4, known.clone]);
  load(16);
  steps.push([0x45, 1, 0, CLONE_THREAD]);
  give(EPERM);
  give(ALLOW);
  give(ALLOW);
  const filter = Buffer.alloc(steps.length * 8);
  for (const [at, [code, jumpTrue, jumpFalse, value]] of steps.entries()) {
    filter.writeUInt16LE(code, at * 8);
    filter.writeUInt8(jumpTrue, at * 8 + 2);
    filter.writeUInt8(jumpFalse, at * 8 + 3);
    filter.writeUInt32LE(value, at * 8 + 4);
  }
  return filter;
}
