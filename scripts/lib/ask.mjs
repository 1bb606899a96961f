/** One request to the platform: its API with a key, its control API with `json`. Throws the platform's sentence. */
export async function ask(url, { key, form, json } = {}) {
  const response = await fetch(url, {
    method: form === undefined && json === undefined ? 'GET' : 'POST',
    headers: {
      ...(key !== undefined && { Authorization: `Bearer ${key}` }),
      ...(json !== undefined && { 'Content-Type': 'application/json' }),
    },
    ...(form !== undefined && { body: new URLSearchParams(form) }),
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${answer.error?.message ?? JSON.stringify(answer)}`);
  return answer;
}
