/** What stands in place of a missing value: a variable of a template, or a word that asks for a value. */
export type Placeholder = { kind: 'template' | 'variable' | 'word'; text: string };

/** Forms that another program replaces: Jinja, Helm and Go, ERB, Maven and autoconf. No RocketMQ value looks like this. */
const TEMPLATE = /\{\{.*?\}\}|\{%.*?%\}|<%.*?%>|@[A-Za-z_][\w.]*@/;
/** Variables of a shell, of envsubst, of Spring, of cmd. RocketMQ replaces none of them in its files. */
const VARIABLE = /\$\{[^}]*\}|\$\([^)]*\)|\$[A-Za-z_]\w*|%[A-Za-z_]\w*%/;
const WORDS = [
  /<[^<>]+>/,
  /(?:^|[^A-Za-z])your(?:[ _.-]|[A-Z]|$).*/i,
  /\b(?:change|replace|fill)[ _-]?(?:me|it|this|with|in)\b.*/i,
  /\bplease[ _-].*/i,
  /\bREPLACE(?:_[A-Z]+)*\b/,
  /\b(?:[A-Z]+_)*(?:IP|IPADDRESS|HOST|HOSTNAME|ADDR|ADDRESS)\b/,
  /\b(?:TODO|FIXME|PLACEHOLDER)\b.*/,
  /\b(?:\d{1,3}\.){0,3}(?:[xX*]{1,3}\.){1,3}[xX*]{1,3}\b|\b(?:\d{1,3}\.){1,3}[xX*]{1,3}(?:\.[xX*\d]{1,3})*(?=:|;|$)/,
  /\bx{3,}\b/i,
  /^_+[A-Z][A-Z0-9_]*$/,
];

/** @returns undefined if `value` can be a real value */
export function placeholderOf(value: string): Placeholder | undefined {
  const template = TEMPLATE.exec(value);
  if (template) return { kind: 'template', text: template[0] };
  const variable = VARIABLE.exec(value);
  if (variable) return { kind: 'variable', text: variable[0] };
  const word = WORDS.map((each) => each.exec(value)?.[0]).find((found) => found !== undefined);
  return word === undefined ? undefined : { kind: 'word', text: word.trim() };
}

/** A statement of a template, such as `{% if … %}` or `{{- range … }}`: its lines may or may not be in the final file. */
export const isTemplateLine = (text: string) => /^\s*(\{%|\{\{-?\s*(?:if|else|end|range|with|include|toYaml)|<%)/.test(text);
