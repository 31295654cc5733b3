package io.persistentmap.live;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A value that can be changed: numbers, and a list. */
final class Cell {
  int number;
  final List<Integer> history = new ArrayList<>();

  Cell(int number) {
    this.number = number;
  }

  /** Sets the number. */
  void set(int next) {
    number = next;
  }

  /** Sets the number, and remembers the one before. */
  Cell push(int next) {
    history.add(number);
    number = next;
    return this;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Cell cell && number == cell.number && history.equals(cell.history);
  }

  @Override
  public int hashCode() {
    return Objects.hash(number, history);
  }

  @Override
  public String toString() {
    return number + " after " + history;
  }
}
