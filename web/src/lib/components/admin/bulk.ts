import type { Schema } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';

export type ActKind = Schema<'BulkAct'>['kind'];

export const actNames: Record<ActKind, () => string> = {
	add_to_group: m.bulk_add_to_group,
	remove_from_group: m.bulk_remove_from_group,
	set_role: m.bulk_set_role,
	set_plan: m.bulk_set_plan,
	enrol: m.bulk_enrol,
	invite: m.bulk_invite,
	reset_password: m.bulk_reset_password,
	reactivate: m.bulk_reactivate,
	deactivate: m.bulk_deactivate
};
