/** All profiles by id. Adding a product to follow is adding a table here. */
import type { ProfileId } from '../vocabulary.ts';
import { smartbms123 } from './123smartbms.ts';
import { lifepo4 } from './lifepo4.ts';
import type { Profile } from './profile.ts';

export const PROFILES: Readonly<Record<ProfileId, Profile>> = { lifepo4, '123smartbms': smartbms123 };
export type { Profile } from './profile.ts';
