const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';

/** A lasting name of a block: notes and bookmarks of learners hang on it. */
export function newBlockId(): string {
	// 252 is the largest multiple of 36 in a byte: no letter is likelier than another.
	let id = '';
	while (id.length < 10) {
		for (const byte of crypto.getRandomValues(new Uint8Array(16))) {
			if (byte < 252 && id.length < 10) id += alphabet[byte % 36];
		}
	}
	return id;
}

export const isBlockId = (text: string | null | undefined): text is string => /^[a-z0-9]{10}$/.test(text ?? '');
