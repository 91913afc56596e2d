"""Cells of a Python script."""

from grader.ingest.script import parse


def test_percent_marks_cut_cells():
    text = "import os\n\n# %%\nx = 1\n\n# %% [markdown]\n# ## Q1\n# Words.\n\n#%%\ny = 2\n"
    assert parse(text).cells == (
        ("code", "import os"),
        ("code", "x = 1"),
        ("markdown", "## Q1\nWords."),
        ("code", "y = 2"),
    )


def test_markdown_may_be_a_string():
    text = '# %% [markdown]\n"""\nQ1. Words\nand more.\n"""\n# %%\nx = 1'
    assert parse(text).cells == (("markdown", "Q1. Words\nand more."), ("code", "x = 1"))


def test_the_title_of_a_cell_is_kept():
    assert parse("# %% Question 2\nx = 1").cells == (("code", "# Question 2\nx = 1"),)


def test_the_header_of_jupytext_is_no_content():
    text = "# ---\n# jupyter:\n#   kernelspec: x\n# ---\n\n# %%\nx = 1\n"
    assert parse(text).cells == (("code", "x = 1"),)


def test_an_export_by_nbconvert():
    text = (
        "#!/usr/bin/env python\n# coding: utf-8\n\n# ## Q1. Title\n# \n# Words.\n\n# In[1]:\n\n\n"
        "x = 1  # one\n\n\n# ## Q2. Other\n\n# In[ ]:\n\n\ny = 2\n"
    )
    assert parse(text).cells == (
        ("markdown", "## Q1. Title\n\nWords."),
        ("code", "x = 1  # one"),
        ("markdown", "## Q2. Other"),
        ("code", "y = 2"),
    )


def test_without_marks_it_is_one_cell():
    text = "import os\n\n# load the data\nx = 1\n\n\ndef f():\n    # Q1 inside\n    return x\n"
    assert parse(text).cells == (("code", text.strip("\n")),)


def test_comments_that_name_a_question_cut_it():
    text = (
        "import os\n# Question 1\nx = 1\n# Q2: pooling\ny = 2\n# 3. Explain padding here\nz = 3\n"
    )
    assert [source for _, source in parse(text).cells] == [
        "import os",
        "# Question 1\nx = 1",
        "# Q2: pooling\ny = 2",
        "# 3. Explain padding here\nz = 3",
    ]


def test_a_question_inside_a_statement_cuts_nothing():
    text = 'prompt = """\n# Q1 is not here\n"""\nx = [\n# Q2\n1]\n'
    assert len(parse(text).cells) == 1


def test_strings_that_stand_alone_are_text():
    text = 'x = 1\n"""\nQ1. Pooling keeps the strongest response.\n"""\ny = 2\n'
    assert parse(text).cells == (
        ("code", "x = 1"),
        ("markdown", "Q1. Pooling keeps the strongest response."),
        ("code", "y = 2"),
    )


def test_broken_code_is_kept():
    text = "# Q1\nx = = 1\n# Q2\ny = 2"
    assert [source for _, source in parse(text).cells] == ["# Q1\nx = = 1", "# Q2\ny = 2"]


def test_nothing_is_lost_between_cells():
    text = "a = 1\n# %%\nb = 2\n# %% [raw]\n# c\n# %% [md]\n# d"
    assert "".join(source for _, source in parse(text).cells) == "a = 1b = 2cd"
