package io.persistentmap.inspect;

import java.util.List;
import java.util.Optional;

/**
 * What a complete look at a store found.
 *
 * @param files the files that were checked
 * @param opens what opening the store would do, for a person
 * @param refusal why opening would be refused, if it would
 * @param remarks what else was found that a careful person would want to know
 */
public record Verification(
    List<FileCheck> files, String opens, Optional<String> refusal, List<String> remarks) {
  /** Copies the lists. */
  public Verification {
    files = List.copyOf(files);
    remarks = List.copyOf(remarks);
  }

  /** Says whether the store opens, and no damage was found. */
  public boolean isWhole() {
    return refusal.isEmpty() && files.stream().allMatch(FileCheck::isWhole);
  }
}
