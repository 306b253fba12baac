class Tokenizer(str):
    def apply_chat_template(self, messages, tokenize):
        assert tokenize is False
        return "".join(f"<{one['role']}>{one['content']}" for one in messages)


class FastLanguageModel:
    @staticmethod
    def from_pretrained(**settings):
        return {"model": settings}, Tokenizer("tokenizer")

    @staticmethod
    def get_peft_model(model, **settings):
        return {**model, "adapter": settings}
