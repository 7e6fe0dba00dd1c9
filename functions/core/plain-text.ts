/** Text from elsewhere, made fit for a sentence: Oracle's messages hold HTML, and anything may hold control characters. */

const MAX_WORDS = 600;

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', '#39': "'" };

/** Formatting only: Oracle's reasons speak of `<case>` and other elements of a flow, and those are the point. */
const FORMATTING =
  /<!--[\s\S]*?-->|<\/?(?:!doctype|html|head|title|body|meta|link|br|hr|p|div|span|b|i|u|em|strong|small|font|a|img|ul|ol|li|dl|dt|dd|table|thead|tbody|tr|td|th|h[1-6]|pre|code|center|form|input|button|label)(?:\s[^>]*|\/)?>/gi;

/** Removes formatting, decodes the common entities, folds white space, drops control characters, and cuts. */
export const stripHtml = (text: string): string => {
  const plain = text
    .replace(/<(script|style)\b[^>]*>[\s\S]*?<\/\1>/gi, ' ')
    .replace(FORMATTING, ' ')
    .replace(/&(#39|[a-z]+);/gi, (entity, name: string) => ENTITIES[name.toLowerCase()] ?? entity)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a server's words must not steer a terminal
    .replace(/[\u0000-\u001f\u007f-\u009f\s]+/g, ' ')
    .trim();
  return plain.length > MAX_WORDS ? `${plain.slice(0, MAX_WORDS)}…` : plain;
};
