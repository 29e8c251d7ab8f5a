/**
 * `gpioset` of libgpiod 1 and 2 without a chip: a folder with a program of that name, which takes the arguments that
 * its manual page names, refuses the others and a line that is taken, and writes down what it drives.
 */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** In sh, because it has to start as fast as the real one. `%DIR%` is the folder, `%VERSION%` what it says it is. */
const COMMON = `#!/bin/sh
echo "$@" >> "%DIR%/calls"
refuse() { echo "gpioset: $1" >&2; exit 1; }
if [ "$1" = --version ]; then echo "gpioset (libgpiod) v%VERSION%"; echo "License: GPL"; exit 0; fi
[ -f "%DIR%/broken" ] && refuse "unable to open chip '/dev/gpiochip0': Permission denied"
take() {
  lock="%DIR%/lock-$1-\${2%=*}"
  if [ -f "$lock" ] && read -r owner < "$lock" && runs "$owner"; then refuse "unable to request lines on chip '/dev/$1': Device or resource busy"; fi
  echo $$ > "$lock"
  echo "$$ $1 $2" >> "%DIR%/driven"
}
runs() { kill -0 "$1" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$1/status"; }
`;

/** 1.6: chip and lines by position; with --mode=wait it goes on until its input gives a line or ends. */
const FIRST = `${COMMON}
mode=exit
while [ $# -gt 0 ]; do
  case "$1" in
    --mode=*) mode="\${1#--mode=}" ;;
    -*) refuse "invalid option $1" ;;
    *) break ;;
  esac
  shift
done
[ $# -eq 2 ] || refuse "at least one GPIO line offset to value mapping must be specified"
take "$1" "$2"
case "$mode" in
  wait) read -r _ ;;
  signal) exec sleep 1000 ;;
esac
`;

/** 2.x: the chip is an option, and it goes on until it is killed. */
const SECOND = `${COMMON}
chip=
while [ $# -gt 0 ]; do
  case "$1" in
    --chip) chip="$2"; shift ;;
    --consumer) shift ;;
    -*) refuse "unrecognized option '$1'" ;;
    *) break ;;
  esac
  shift
done
[ -n "$chip" ] || refuse "cannot find line '$1'"
[ $# -eq 1 ] || refuse "at least one GPIO line value must be specified"
take "$chip" "$1"
exec sleep 1000
`;

export interface FakeGpio {
  /** To run tools in: the folder is first on its PATH. */
  readonly environment: NodeJS.ProcessEnv;
  /** Command lines so far, without `--version`. */
  calls(): string[];
  /** The level each line is driven to now, as `gpiochip0 17=1`; nothing for one that nobody drives. */
  driven(): string[];
  /** Everything that was driven so far, in order. */
  history(): string[];
  /** Every start fails from now on, or works again. */
  broken(is: boolean): void;
  /** Ends whoever drives a line, as the out-of-memory killer would. */
  killAll(): void;
  remove(): void;
}

export function fakeGpio(version: '1.6.3' | '2.2.1'): FakeGpio {
  const dir = mkdtempSync(join(tmpdir(), 'fake-gpioset-'));
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  const script = (version === '1.6.3' ? FIRST : SECOND).replaceAll('%DIR%', dir).replaceAll('%VERSION%', version);
  writeFileSync(join(bin, 'gpioset'), script);
  chmodSync(join(bin, 'gpioset'), 0o755);

  const lines = (name: string): string[] => {
    if (!readdirSync(dir).includes(name)) return [];
    return readFileSync(join(dir, name), 'utf8').split('\n').filter(Boolean);
  };
  const drivers = (): { pid: number; what: string }[] =>
    lines('driven')
      .map((line) => ({ pid: Number(line.split(' ')[0]), what: line.slice(line.indexOf(' ') + 1) }))
      .filter(({ pid }) => runs(pid));

  return {
    environment: { ...process.env, PATH: `${bin}:${process.env.PATH ?? ''}` },
    calls: () => lines('calls').filter((line) => line !== '--version'),
    driven: () => drivers().map(({ what }) => what),
    history: () => lines('driven').map((line) => line.slice(line.indexOf(' ') + 1)),
    broken(is) {
      if (is) writeFileSync(join(dir, 'broken'), '');
      else rmSync(join(dir, 'broken'), { force: true });
    },
    killAll() {
      for (const { pid } of drivers()) process.kill(pid, 'SIGKILL');
    },
    remove() {
      for (const { pid } of drivers()) process.kill(pid, 'SIGKILL');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function runs(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
