import { describe, expect, it } from 'vitest';
import { isData, keyOf } from './data-cache.ts';

const url = (path: string) => new URL(path, 'https://learn.example');
const plain = { headers: new Headers(), destination: '' as const };

describe('what is kept for a time without connection', () => {
	it('is what a learner reads', () => {
		for (const path of ['/api/v1/me', '/api/v1/me/today', '/api/v1/courses/clear-writing/learn', '/api/v1/lessons/lsn_1', '/api/v1/lessons/lsn_1/notes', '/api/v1/courses?sort=newest'])
			expect(isData(url(path), plain), path).toBe(true);
	});

	it('is nothing of administration, authoring, search or sessions', () => {
		for (const path of ['/api/v1/users', '/api/v1/admin/settings', '/api/v1/me/sessions', '/api/v1/search?q=x', '/api/v1/courses/c/draft', '/api/v1/teach/courses', '/api/v1/me/notes/export'])
			expect(isData(url(path), plain), path).toBe(false);
	});

	it('takes pictures and captions, not films', () => {
		const file = url('/api/v1/media/ast_1/file?rendition=w640&sig=x');
		expect(isData(file, { headers: new Headers(), destination: 'image' })).toBe(true);
		expect(isData(file, { headers: new Headers({ range: 'bytes=0-' }), destination: 'video' })).toBe(false);
	});

	it('knows a file again under a new signature', () => {
		expect(keyOf(url('/api/v1/media/a/file?rendition=w640&u=1&exp=2&sig=3'))).toBe('/api/v1/media/a/file?rendition=w640');
		expect(keyOf(url('/api/v1/media/a/file?rendition=w1280&sig=9'))).not.toBe(keyOf(url('/api/v1/media/a/file?rendition=w640&sig=9')));
	});
});
