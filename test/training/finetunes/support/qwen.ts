/** How Qwen 2.5 shows tools and calls. */
export const QWEN = [
  "{% if tools %}{{ 'Tools:' }}{% for tool in tools %}{{ tool | tojson }}{% endfor %}{{ '\n' }}{% endif %}",
  "{% for message in messages %}{% if message.tool_calls %}{{ '<|im_start|>assistant' }}",
  '{% for call in message.tool_calls %}{{ \'\n{"name": "\' + call.function.name + \'", "arguments": \' }}',
  "{{ call.function.arguments | tojson }}{{ '}' }}{% endfor %}{{ '<|im_end|>\n' }}",
  "{% elif message.role in ['system', 'user', 'assistant', 'tool'] %}",
  "{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}{% endif %}{% endfor %}",
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
].join("");
