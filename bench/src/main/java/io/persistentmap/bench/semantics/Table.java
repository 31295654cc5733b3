package io.persistentmap.bench.semantics;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The table, made of what was found. */
final class Table {
  private final Map<Contender, List<Outcome>> outcomes;

  Table(Map<Contender, List<Outcome>> outcomes) {
    this.outcomes = new EnumMap<>(outcomes);
  }

  /** Returns the word for a map and an idiom. */
  String word(Contender contender, int row) {
    return outcome(contender, row).word(Idioms.ALL.get(row), wanted(row));
  }

  /** Returns table and notes, as Markdown. */
  String markdown() {
    List<String> notes = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    text.append("| idiom |");
    outcomes.keySet().forEach(contender -> text.append(' ').append(contender.title).append(" |"));
    text.append("\n|---|").append("---|".repeat(outcomes.size())).append('\n');
    for (int row = 0; row < Idioms.ALL.size(); row++) {
      Idiom idiom = Idioms.ALL.get(row);
      text.append("| ").append(idiom.code()).append(" |");
      for (Contender contender : outcomes.keySet()) {
        text.append(' ').append(word(contender, row)).append(" |");
        String detail = outcome(contender, row).detail(idiom);
        if (!detail.isEmpty()) {
          notes.add(
              "* "
                  + contender.title
                  + ", "
                  + idiom.code()
                  + ": "
                  + word(contender, row)
                  + "; "
                  + detail);
        }
      }
      text.append('\n');
    }
    text.append("\nAbout the rows:\n\n");
    for (Idiom idiom : Idioms.ALL) {
      if (!idiom.note().isEmpty()) {
        text.append("* ").append(idiom.code()).append(": ").append(idiom.note()).append('\n');
      }
    }
    text.append("\nWhat was thrown, and where it hung:\n\n");
    notes.forEach(note -> text.append(note).append('\n'));
    text.append("\nHow the maps were opened:\n\n");
    for (Contender contender : outcomes.keySet()) {
      text.append("* ").append(contender.titleAndVersion()).append(": ");
      text.append(contender.configuration).append('\n');
    }
    return text.toString();
  }

  /** Returns what is right to see: what the idiom says, or what the maps in memory show. */
  private Set<String> wanted(int row) {
    String told = Idioms.ALL.get(row).wanted();
    if (told != null) {
      return Set.of(told);
    }
    Set<String> wanted = new HashSet<>();
    for (Contender reference : List.of(Contender.HASH_MAP, Contender.CONCURRENT_HASH_MAP)) {
      Answer live = outcome(reference, row).live();
      if (live != null && live.is(Answer.Kind.SEEN)) {
        wanted.add(live.text());
      }
    }
    return wanted;
  }

  private Outcome outcome(Contender contender, int row) {
    List<Outcome> ofContender = outcomes.get(contender);
    if (ofContender == null) {
      throw new IllegalArgumentException(contender + " was not run");
    }
    return ofContender.get(row);
  }
}
