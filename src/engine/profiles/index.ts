/** All profiles by id. Adding a product to follow is adding a table here. */
import type { ProfileId } from '../vocabulary.ts';
import { smartbms123 } from './123smartbms.ts';
import { ecsSmartPro } from './ecs-smartpro.ts';
import { lifepo4 } from './lifepo4.ts';
import { offgridtecSmartPro } from './offgridtec-smart-pro.ts';
import type { Profile } from './profile.ts';
import { victronSmartBms12200 } from './victron-smart-bms-12-200.ts';
import { victronSmartLithium } from './victron-smart-lithium.ts';

export const PROFILES: Readonly<Record<ProfileId, Profile>> = {
  lifepo4,
  '123smartbms': smartbms123,
  'victron-smart-lithium': victronSmartLithium,
  'victron-smart-bms-12-200': victronSmartBms12200,
  'offgridtec-smart-pro': offgridtecSmartPro,
  'ecs-smartpro': ecsSmartPro,
};
export type { Profile } from './profile.ts';
