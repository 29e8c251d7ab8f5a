/** Published frames of PACE boards against `decode` and the questions of the link. */
import { type Envelope, openEnvelope, sealEnvelope } from '../src/links/ascii-hex/envelope.ts';
import { optionDefaults } from '../src/links/options.ts';
import { PACE_INFO } from '../src/links/pace/info.ts';
import { PACE } from '../src/links/pace/protocol.ts';
import { V20_COMMANDS, v20Question } from '../src/links/pace/v20.ts';
import { V25, V25_COMMANDS, v25Question } from '../src/links/pace/v25.ts';
import { compare, type Suite } from './suite.ts';

type Frame = Readonly<Record<string, unknown>>;

const OPTIONS = optionDefaults(PACE_INFO.options);

const suite: Suite = {
  file: 'pace_rs232',
  check({ name, hex, expected }) {
    const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
    const decoded = PACE.decode(bytes, OPTIONS);
    const opened = openEnvelope(bytes);
    if (!decoded.ok || !opened.ok) return { kind: 'failed', differences: [decoded.ok ? '' : decoded.text] };
    const differences = [kindProblem(name, decoded.frame), questionProblem(opened.envelope, bytes)].filter(
      (problem) => problem !== null,
    );
    if (differences.length > 0) return { kind: 'failed', differences };
    return compare(expected, inWordsOfTheFile(decoded.frame));
  },
};
export default suite;

/** The names of the file say what each frame is: what has values must have been read as such. */
function kindProblem(name: string, frame: Frame): string | null {
  if (name.includes('Request') !== 'request' in frame)
    return 'a question was taken for an answer, or an answer for a question';
  if (name.startsWith('ReadAnalogInformationResponse') && !('cells' in frame)) return 'its values were not read';
  if (name.startsWith('ReadStatusInformationResponse') && !('protections' in frame)) return 'its status was not read';
  if (/^Read(HardwareVersion|SerialNumber)Response/.test(name) && !('text' in frame)) return 'its text was not read';
  return null;
}

/** Sealing again what was opened gives the same bytes; and the link asks its own questions so. */
function questionProblem(envelope: Envelope, bytes: Uint8Array): string | null {
  const { version, address, code } = envelope;
  const find = (commands: object): string | undefined =>
    Object.entries(commands).find(([, command]) => command === code)?.[0];
  const mine =
    version === V25
      ? v25Question(address, (find(V25_COMMANDS) ?? 'analog') as keyof typeof V25_COMMANDS)
      : v20Question(address, (find(V20_COMMANDS) ?? 'analog') as keyof typeof V20_COMMANDS);
  for (const sealed of [sealEnvelope(envelope), ...(mine.code === code ? [sealEnvelope(mine)] : [])]) {
    if (Buffer.compare(sealed, bytes) !== 0) return `the link would send ${Buffer.from(sealed).toString('latin1')}`;
  }
  return null;
}

function inWordsOfTheFile(frame: Frame): Record<string, unknown> {
  const { cells } = frame;
  return {
    // A frame that is opened has both.
    checksumOk: true,
    lengthOk: true,
    cells_mV: Array.isArray(cells) ? cells.map((volts: number) => Math.round(volts * 1e6) / 1000) : undefined,
    temps_C: [
      ...((frame['temperatures'] as number[] | undefined) ?? []),
      frame['mosTemperature'],
      frame['ambientTemperature'],
    ],
    current_A: frame['current'],
    voltage_V: frame['voltage'],
    remaining_Ah: frame['remaining'],
    full_Ah: frame['full'],
    cycles: frame['cycles'],
    design_Ah: frame['design'],
    problem: frame['problem'],
  };
}
