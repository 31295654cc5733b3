package io.persistentmap.inspect;

import java.nio.file.Path;
import java.util.List;

/**
 * What a complete look at one file found.
 *
 * @param file the file
 * @param exists whether it is there
 * @param checkpoint number of its newest checkpoint, or -1 if that can't be read
 * @param entries entries of that checkpoint
 * @param records records that were read and are intact
 * @param bytes bytes of log that were read
 * @param damageCount how much damage was found; 0 if all is well
 * @param damage the damage, the first of it if there is much
 */
public record FileCheck(
    Path file,
    boolean exists,
    long checkpoint,
    long entries,
    long records,
    long bytes,
    long damageCount,
    List<Damage> damage) {
  /** Copies the list. */
  public FileCheck {
    damage = List.copyOf(damage);
  }

  /** Says whether the file is there, and no damage was found. */
  public boolean isWhole() {
    return exists && damageCount == 0;
  }

  /** Says what is wrong with a file that is not whole. */
  String firstFound() {
    return damage.stream().findFirst().map(Damage::what).orElse("it is gone");
  }
}
