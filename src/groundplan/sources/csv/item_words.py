"""The words in a column's name that speak for a role of work items, as trackers call them.

English first, then what the same trackers say in other languages; accents do not matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from groundplan.sources.csv.months import fold


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fold(" ".join(lines)).split()))


_ITEM: Final = _words(
    "issuekey key itemid taskid ticketid storyid workitemid caseid bugid issueid identifier "
    "reference ref iid id number nr no item task issue ticket story case",
    "vorgangsschlüssel schlüssel ticketnummer nummer clé clave chave chiave sleutel klucz nyckel "
    "nøgle numéro número numero ключ номер キー 番号 编号 编码 키",
)
# Words of a column's name that speak for a role, best first.
SNAPSHOT_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "item": _ITEM,
    "title": _words(
        "summary title subject headline name taskname description task story issue",
        "zusammenfassung titel betreff résumé titre objet resumen título asunto resumo riepilogo "
        "titolo samenvatting onderwerp temat sammanfattning тема название 件名 标题 主题",
    ),
    "type": _words(
        "issuetype workitemtype type kind tracker category class",
        "vorgangstyp typ art tipo soort тип 種別 类型",
    ),
    "state": _words(
        "status state stage column section list phase",
        "état estado situação stato статус 状態 ステータス 状态",
    ),
    "resolution": _words("resolution outcome closereason statereason reason lösung résolution"),
    "created": _words(
        "created createdat creationdate createddate creation opened open openeddate reported "
        "submitted requested raised added entered received registered prioritised prioritized "
        "logged submission registration filed posted inserted",
        "erstellt erstellungsdatum erstelldatum angelegt eröffnet gemeldet créé créée création "
        "datecréation ouverture ouvert creado creada creación abierto apertura criado criada "
        "criação aberto abertura creato creata creazione aperto aangemaakt utworzono utworzenia "
        "skapad oprettet opprettet создано создан создания 作成 登録 起票 创建 建立 생성",
    ),
    "started": _words(
        "started startedat start startdate inprogress progress activated active begun begin began "
        "committed doing development",
        "begonnen gestartet beginn startdatum commencé début iniciado inicio início iniziato "
        "inizio gestart rozpoczęto startad påbörjad начато 開始 着手 开始 시작",
    ),
    "done": _words(
        "done doneat completed completedat resolved resolutiondate finished closed closedat "
        "delivered accepted merged shipped released deployed implemented fixed solved completion "
        "closure resolution ended end finish complete close delivery",
        "erledigt gelöst abgeschlossen geschlossen fertig fertiggestellt beendet abschluss "
        "abschlussdatum erledigungsdatum enddatum résolu résolue terminé terminée clôturé clôture "
        "fermé fermée fermeture fini résolution fin resuelta resuelto resolución cerrado cerrada "
        "cierre terminado completado completada finalizado resolvido resolvida fechado fechada "
        "fechamento concluído concluída conclusão encerrado encerramento risolto risolta chiuso "
        "chiusura completato opgelost gesloten afgerond voltooid rozwiązano zamknięto zakończono "
        "avslutad stängd løst lukket решено закрыто завершено выполнено 完了 終了 解決 完成 关闭 "
        "解决 완료",
    ),
    "dropped": _words(
        "canceled cancelled dropped abandoned rejected declined abgebrochen annulé cancelado "
        "annullato"
    ),
    "reopened": _words("reopened reopenedat wiedereröffnet réouvert"),
    "updated": _words(
        "updated updatedat modified changed lastmodified lastupdated",
        "aktualisiert geändert modifié actualizado actualizada atualizado atualizada aggiornato "
        "bijgewerkt zaktualizowano uppdaterad обновлено 更新",
    ),
    "deleted": _words("deleted deletedat isdeleted removed"),
    "priority": _words(
        "priority severity urgency importance",
        "priorität priorité prioridad prioridade priorità prioriteit приоритет 優先度 优先级",
    ),
    "parent": _words("parent parentkey parentid parentissue parenttask epiclink epic epickey"),
    "labels": _words(
        "labels label tags tag components stichwörter étiquettes etiquetas etichette метки 标签"
    ),
    "assignee": _words(
        "assignee assignedto assigned owner developer dev engineer responsible person who resource",
        "bearbeiter zugewiesen verantwortlich attribution responsable asignado responsável "
        "assegnatario toegewezen исполнитель 担当者 负责人",
    ),
    "email": _words("assigneeemail email mail"),
    "low": _words("low lowestimate estimatelow optimistic best min minimum"),
    "high": _words("high highestimate estimatehigh pessimistic worst max maximum"),
    "estimate": _words(
        "estimate originalestimate estimated est planned estimation storypoints points sp"
    ),
}
# One row a change: what became of which field of an item, and when.
CHANGE_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "item": _ITEM,
    "at": _words(
        "at changedat when timestamp changed time date completetimestamp starttimestamp datetime "
        "moment entered"
    ),
    "to": _words(
        "to tostate tostatus tostring tovalue newstate newstatus newvalue new activity activityid "
        "event transition status state stage"
    ),
    "from": _words("from fromstate fromstatus fromstring fromvalue oldstate oldvalue old previous"),
    "field": _words("field property attribute changedfield what"),
}
# A date whose name has one of these tells of a plan or of something beside the item.
NOT_ITS_OWN: Final = frozenset(_words(
    "due deadline target expected planned scheduled projected sla cycle iteration sprint milestone "
    "viewed reminder response comment estimated baseline",
    "fällig fälligkeit fälligkeitsdatum échéance vencimiento vencimento scadenza termin срок 期限",
))  # fmt: skip
