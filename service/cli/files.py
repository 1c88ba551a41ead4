"""Commands that write files to start from: init, blank-forms."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from service.cli.context import CampaignOption, campaign_settings, err, out, settings_if_any


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("init", help="在文件夹中写出配置、规则和模板")(init)
    app.command("blank-forms", help="由规则生成空白征集表")(blank_forms)


def init(folder: Annotated[Path, typer.Argument(metavar="DIR")]) -> int:
    from service.defaults import config_example, rules_folder, templates_folder

    taken = [name for name in ("config.toml", "rules", "mail_templates") if (folder / name).exists()]
    if taken:
        err.print(f"{folder} 里已有 {'、'.join(taken)}；请换一个文件夹，原有文件没有改动", markup=False)
        return 2
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(rules_folder(), folder / "rules")
    shutil.copytree(templates_folder(), folder / "mail_templates")
    shutil.copyfile(config_example(), folder / "config.toml")
    (folder / "secrets").mkdir(mode=0o700)
    out.print(f"{folder}：已写出 config.toml、rules/、mail_templates/、secrets/", markup=False)
    out.print("下一步：填写 config.toml，把密码放入 secrets/，然后运行 collection-mailbox --config config.toml doctor")
    return 0


def blank_forms(
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    rules: Annotated[Path | None, typer.Option("--rules", help="规则文件夹")] = None,
    campaign: CampaignOption = None,
) -> int:
    from service import rulebook
    from service.bench import letters_for
    from service.workbook.blank_form import write_blank_form

    settings = settings_if_any() if rules else campaign_settings(campaign)
    book = rulebook.load(rules or (settings.rules_dir if settings else rulebook.defaults_folder()))
    folder.mkdir(parents=True, exist_ok=True)
    notes = letters_for(settings).templates.words("blank_form").notes
    out.print(str(write_blank_form(folder, book, notes)), markup=False)
    return 0
