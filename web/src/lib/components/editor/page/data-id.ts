/** Every block may stand on the first level and have a name there. */
export const dataId = {
	dataId: {
		default: null,
		keepOnSplit: false,
		parseHTML: (e: HTMLElement) => e.getAttribute('data-id'),
		renderHTML: ({ dataId }: Record<string, unknown>) => (dataId ? { 'data-id': dataId } : {})
	}
};
