package io.persistentmap.inspect;

import java.nio.file.Path;
import java.util.List;

/**
 * What was saved of a broken file, and what was not.
 *
 * @param source the broken file
 * @param target the new store
 * @param checkpoint number of the checkpoint whose entries were looked for, 0 if there was none
 * @param expected how many entries that checkpoint had
 * @param saved entries of the new store
 * @param doubtful how many of these may have been replaced or removed by a record that is damaged
 * @param unreadable how many are of classes whose descriptions are lost: they are kept as bytes
 * @param exact whether it is known which segments were in use, so that no damage is only apparent
 * @param damageCount how much damage there is in what was, or may have been, in use
 * @param damage the damage, the first of it if there is much
 * @param remarks what else a careful person would want to know
 */
public record Salvaged(
    Path source,
    Path target,
    long checkpoint,
    long expected,
    long saved,
    long doubtful,
    long unreadable,
    boolean exact,
    long damageCount,
    List<Damage> damage,
    List<String> remarks) {
  /** Copies the lists. */
  public Salvaged {
    damage = List.copyOf(damage);
    remarks = List.copyOf(remarks);
  }

  /** Says whether all entries were saved, each with its newest value, and readable. */
  public boolean isComplete() {
    return saved == expected && doubtful == 0 && unreadable == 0;
  }
}
