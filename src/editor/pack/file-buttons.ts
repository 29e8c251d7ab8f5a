/** The buttons of the pack dialog that write its settings to a file and read them from one. */
import { packText, problemSentence } from '../catalogue.ts';
import { byId, make, note } from '../form.ts';
import { fileName, LONGEST_FILE, packFile, readPackFile, type PackFile, type ReadFile } from './file.ts';

export interface FileButtons {
  /** What stands in the dialog now. */
  readonly current: () => { readonly name: string; readonly profile: string; readonly given: Record<string, unknown> };
  /** Fills the dialog. Cancel takes it back. */
  readonly fill: (pack: PackFile) => void;
}

export function prepareFile({ current, fill }: FileButtons): void {
  byId('cellwarden-export')?.addEventListener('click', () => {
    const { name, profile, given } = current();
    download(fileName(name), packFile(name, profile, given));
  });

  byId('cellwarden-import')?.addEventListener('click', () => {
    const picker = make('input', '');
    picker.type = 'file';
    picker.accept = '.json,application/json';
    picker.addEventListener('change', () => {
      const file = picker.files?.item(0) ?? null;
      if (file === null) return;
      const take = (read: ReadFile): void => {
        if (read.ok) fill(read.pack);
        note('cellwarden-file-problem', fileSentences(file.name, read).join('\n'));
      };
      if (file.size > LONGEST_FILE) return take({ ok: false, problems: null });
      file.text().then(
        (text) => take(readPackFile(text)),
        () => take({ ok: false, problems: null }),
      );
    });
    picker.click();
  });
}

/** What is wrong with a file, a sentence each; none when it was taken. */
function fileSentences(name: string, read: ReadFile): string[] {
  if (read.ok) return [];
  if (read.problems === null) return [packText('file.unreadable', { name: name.slice(0, 80) })];
  return [packText('file.refused', { name: name.slice(0, 80) }), ...read.problems.map(problemSentence)];
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = make('a', '');
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads it after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
