import { describe, expect, it } from 'vitest';
import type { Schema } from '#lib/api/types.ts';
import { looks } from './looks.ts';

const well: Schema<'SystemOut'> = {
	version: '1',
	started_at: '2026-11-22T00:00:00Z',
	database_bytes: 1,
	wal_bytes: 1,
	writer: { commits: 1, writes: 1, waiting: 0, is_refusing: false },
	events: { head: 1, reactions: [{ name: 'search', behind: 3, parked: 0 }] },
	jobs: { waiting: 4, running: 1, dead: 0 },
	mails: { waiting: 2, failed: 0 },
	storage: { folder: '/data', index: 0, backups: 0, outbox: 0 },
	versions: { schema: 1, sqlite: '3', ffmpeg: true, ffprobe: true },
	figures: {}
};

describe('what needs a person', () => {
	it('is nothing while work only waits', () => {
		expect(looks(well, [])).toEqual([]);
	});

	it('begins with what the server tells, each with its place', () => {
		const list = looks({ ...well, events: { head: 9, reactions: [{ name: 'search', behind: 500, parked: 1 }] } }, [
			{ kind: 'database.writer', severity: 'problem', count: 1, says: 'The disk refuses writes.', href: '/admin/system?tab=health' },
			{ kind: 'jobs.dead', severity: 'warning', count: 2, says: '2 jobs gave up.', href: '/admin/system?tab=jobs&state=dead' }
		]);
		expect(list.map((l) => l.id)).toEqual(['database.writer', 'jobs.dead', 'behind-search']);
		expect(list.map((l) => l.urgent ?? false)).toEqual([true, false, false]);
		expect(list[1]?.go?.href).toBe('/admin/system?tab=jobs&state=dead');
	});
});
