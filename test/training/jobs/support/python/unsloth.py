import json
import os


class Tokenizer(str):
    bos_token = "<s>"
    # Most templates say `bos_token`, some the token itself.
    chat_template = os.environ.get("TEMPLATE", "{{ bos_token }}...")

    def apply_chat_template(self, messages, tools, tokenize):
        assert tokenize is False
        said = [f"<{one['role']}>{one.get('content') or json.dumps(one['tool_calls'])}" for one in messages]
        return "".join([self.bos_token, *([json.dumps(tools)] if tools else []), *said])


class FastLanguageModel:
    @staticmethod
    def from_pretrained(**settings):
        return {"model": settings}, Tokenizer("tokenizer")

    @staticmethod
    def get_peft_model(model, **settings):
        return {**model, "adapter": settings}
