/** `cellwarden`: replay, decode, simulate, probe, profiles, devices. */
import bmsConfigCatalogue from '../../nodes/bms-config/locales/en-US/bms-config.json';
import { translateFrom } from '../texts/translate.ts';
import { decodeCommand } from './decode.ts';
import { devicesCommand } from './devices.ts';
import { UsageError, type CommandIo } from './io.ts';
import { probeCommand } from './probe.ts';
import { profilesCommand } from './profiles.ts';
import { replayCommand } from './replay.ts';
import { simulateCommand } from './simulate.ts';

const USAGE = `cellwarden replay    run the protection over a log
cellwarden decode    show what a frame says
cellwarden simulate  be a device, on the wire
cellwarden probe     find out what answers on a port
cellwarden profiles  print the profiles' tables
cellwarden devices   print the table of devices
Give a command's name and -h for its arguments.`;

async function main(argv: readonly string[], io: CommandIo): Promise<number> {
  const [command, ...rest] = argv;
  const translate = translateFrom(bmsConfigCatalogue);
  switch (command) {
    case 'replay':
      return replayCommand(rest, io, translate);
    case 'decode':
      return decodeCommand(rest, io);
    case 'simulate':
      return await simulateCommand(rest, io);
    case 'probe':
      return await probeCommand(rest, io);
    case 'profiles':
      return profilesCommand(rest, io);
    case 'devices':
      return devicesCommand(io);
    case undefined:
    case 'help':
    case '-h':
    case '--help':
      io.out(USAGE);
      return command === undefined ? 2 : 0;
    default:
      throw new UsageError(`"${command}" is no command: use replay, decode, simulate, probe, profiles or devices`);
  }
}

const stop = new AbortController();
process.on('SIGINT', () => stop.abort());
process.on('SIGTERM', () => stop.abort());
// A reader that goes away (`| head`) ends the command without an error.
process.stdout.on('error', () => process.exit(0));

const io: CommandIo = {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  signal: stop.signal,
};

main(process.argv.slice(2), io).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    // parseArgs throws TypeErrors whose text names the argument.
    const expected = error instanceof UsageError || (error instanceof TypeError && 'code' in error);
    io.err(
      expected
        ? (error as Error).message
        : `cellwarden failed: ${error instanceof Error ? error.stack : String(error)}`,
    );
    process.exitCode = 2;
  },
);
