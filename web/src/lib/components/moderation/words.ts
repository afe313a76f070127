import type { Schema } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';

export const reviewStates: Record<Schema<'ReviewState'>, () => string> = {
	open: m.mod_state_open,
	approved: m.mod_state_approved,
	returned: m.mod_state_returned,
	withdrawn: m.mod_state_withdrawn
};

export const reportStates: Record<Schema<'ReportState'>, () => string> = {
	open: m.mod_state_open,
	resolved: m.mod_state_resolved,
	dismissed: m.mod_state_dismissed
};

export const reasons: Record<Schema<'ReportReason'>, () => string> = {
	wrong: m.report_wrong,
	broken: m.report_broken,
	offensive: m.report_offensive,
	rights: m.report_rights,
	other: m.report_other
};

export const steps: Record<Schema<'CaseStep'>, () => string> = {
	submitted: m.mod_step_submitted,
	assigned: m.mod_step_assigned,
	approved: m.mod_step_approved,
	returned: m.mod_step_returned,
	withdrawn: m.mod_step_withdrawn,
	reported: m.mod_step_reported,
	hidden: m.mod_step_hidden,
	shown: m.mod_step_shown,
	resolved: m.mod_step_resolved,
	dismissed: m.mod_step_dismissed
};

const kinds: Record<string, () => string> = { course: m.mod_kind_course, lesson: m.mod_kind_lesson };
export const kindName = (kind: string): string => kinds[kind]?.() ?? kind;
