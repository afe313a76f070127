/** Asks for the reading face and waits a breath: what is here before the words are drawn cannot move them. */
export async function readingFont(breath = 150): Promise<void> {
	if (!document.fonts?.load) return;
	const faces = ['400 18px "Literata Variable"', 'italic 400 18px "Literata Variable"'].map((face) => document.fonts.load(face));
	await Promise.race([Promise.all(faces).catch(() => {}), new Promise((done) => setTimeout(done, breath))]);
}
