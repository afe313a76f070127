import type { Schema } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';

type State = Schema<'DeskCourse'>['state'];
type Tone = 'plain' | 'brand' | 'sun' | 'clay' | 'sky' | 'plum' | 'danger';

export const courseStates: Record<State, () => string> = {
	draft: m.pub_state_draft,
	published: m.pub_state_published,
	unpublished: m.pub_state_unpublished,
	archived: m.pub_state_archived
};

export const stateTones: Record<State, Tone> = { draft: 'sky', published: 'brand', unpublished: 'sun', archived: 'plain' };

export const visibilityNames: Record<Schema<'DeskCourse'>['visibility'], () => string> = {
	everyone: m.pub_vis_everyone,
	groups: m.pub_vis_groups,
	invitation: m.pub_vis_invitation
};

/** The settings that a diff names. */
export const fieldNames: Record<string, () => string> = {
	title: m.pub_title,
	summary: m.pub_summary,
	description_html: m.pub_description,
	category: m.pub_category,
	level: m.pub_level,
	language: m.pub_language,
	length: m.pub_length,
	tags: m.pub_tags,
	outcomes: m.pub_outcomes,
	weeks: m.pub_weeks,
	palette: m.pub_palette,
	plan: m.pub_plan,
	price: m.pub_price,
	cover: m.pub_cover,
	trailer: m.pub_trailer,
	minutes: m.pub_minutes,
	video: m.pub_video,
	actions: m.pub_actions,
	resources: m.pub_resources,
	is_required: m.pub_required,
	is_preview: m.pub_preview,
	completion: m.pub_completion,
	files: m.pub_files
};

export const nameOfField = (field: string): string => fieldNames[field]?.() ?? field;
