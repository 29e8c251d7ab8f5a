/** Texts come from the locale catalogues only; this is how the parts without Node-RED reach them. */

/** A key of the catalogue and what its sentence needs; Node-RED's `RED._` has this shape. */
export type Translate = (key: string, detail?: Readonly<Record<string, string | number | null>>) => string;

/** A catalogue file: nested objects with sentences as leaves. */
export interface Catalogue {
  readonly [key: string]: string | Catalogue;
}

/**
 * A translator over catalogue files, with Node-RED's interpolation (`__name__`).
 * A key that is not there comes back as itself, so a missing text is seen and never hides the message.
 */
export function translateFrom(...catalogues: readonly Catalogue[]): Translate {
  return (key, detail = {}) => {
    for (const catalogue of catalogues) {
      const text = lookUp(catalogue, key);
      if (text !== null) return interpolate(text, detail);
    }
    return key;
  };
}

function lookUp(catalogue: Catalogue, key: string): string | null {
  let at: string | Catalogue | undefined = catalogue;
  for (const part of key.split('.')) {
    if (typeof at !== 'object' || !Object.hasOwn(at, part)) return null;
    at = at[part];
  }
  return typeof at === 'string' ? at : null;
}

function interpolate(text: string, detail: Readonly<Record<string, string | number | null>>): string {
  const filled = text.replaceAll(/__([A-Za-z]+)__/g, (whole, name: string) => {
    const value = detail[name];
    return value === undefined || value === null ? whole : String(value);
  });
  return closeGaps(filled);
}

/** A sentence without the gaps that something empty leaves in it: a setting that has no unit, for one. */
export function closeGaps(sentence: string): string {
  return sentence.replaceAll(/ +([,.:;)?])/g, '$1').replaceAll(/ {2,}/g, ' ');
}
