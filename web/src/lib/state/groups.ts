import { api, ok } from '#lib/api/client.ts';
import type { Schema } from '#lib/api/types.ts';

const at = (group: string) => ({ params: { path: { group } } });
const member = (group: string, user: string) => ({ params: { path: { group, user } } });

export const readGroup = (group: string) => ok(api.GET('/api/v1/groups/{group}', at(group)));
export const createGroup = (body: Schema<'GroupIn'>) => ok(api.POST('/api/v1/groups', { body }));
export const changeGroup = (group: string, body: Schema<'GroupIn'>) => ok(api.PUT('/api/v1/groups/{group}', { ...at(group), body }));
export const deleteGroup = (group: string) => ok(api.DELETE('/api/v1/groups/{group}', at(group)));
export const previewRule = (rule: Schema<'Rule'>, group?: string) => ok(api.POST('/api/v1/groups/preview', { body: { rule, group: group ?? null } }));
export const listMembers = (group: string, cursor?: string) =>
	ok(api.GET('/api/v1/groups/{group}/members', { params: { path: { group }, query: { cursor } } }));
export const addMember = (group: string, user: string) => ok(api.PUT('/api/v1/groups/{group}/members/{user}', member(group, user)));
export const removeMember = (group: string, user: string) => ok(api.DELETE('/api/v1/groups/{group}/members/{user}', member(group, user)));
export const addManager = (group: string, user: string) => ok(api.PUT('/api/v1/groups/{group}/managers/{user}', member(group, user)));
export const removeManager = (group: string, user: string) => ok(api.DELETE('/api/v1/groups/{group}/managers/{user}', member(group, user)));

export const listAssignments = (cursor?: string) => ok(api.GET('/api/v1/assignments', { params: { query: { cursor } } }));
export const previewAssignment = (body: Schema<'AssignmentIn'>) => ok(api.POST('/api/v1/assignments/preview', { body }));
export const createAssignment = (body: Schema<'AssignmentIn'>) => ok(api.POST('/api/v1/assignments', { body }));
export const endAssignment = (assignment: string) => ok(api.POST('/api/v1/assignments/{assignment}/end', { params: { path: { assignment } } }));
export const listAssignees = (assignment: string, cursor?: string) =>
	ok(api.GET('/api/v1/assignments/{assignment}/people', { params: { path: { assignment }, query: { cursor } } }));

export const listMyTeams = () => ok(api.GET('/api/v1/me/teams'));
export const listTeam = (group: string, cursor?: string) => ok(api.GET('/api/v1/teams/{group}', { params: { path: { group }, query: { cursor } } }));

export const createField = (body: Schema<'FieldIn'>) => ok(api.POST('/api/v1/user-fields', { body }));
export const changeField = (field: string, body: Schema<'FieldIn'>) => ok(api.PUT('/api/v1/user-fields/{field}', { params: { path: { field } }, body }));
export const deleteField = (field: string) => ok(api.DELETE('/api/v1/user-fields/{field}', { params: { path: { field } } }));
