package io.persistentmap.tool.values;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a store says about one class number.
 *
 * @param number the number
 * @param name the class, or the method that makes its objects
 * @param layout how its objects are laid out
 * @param heads values that come first
 * @param values values behind them
 * @param fields fields or components, in order
 */
record Description(
    int number, String name, String layout, int heads, int values, List<Field> fields) {
  private static final int MOST_VALUES = 16;

  /**
   * A field.
   *
   * @param type its declared class
   * @param label its name, with its owner if another field has the same name
   */
  record Field(String type, String label) {}

  /**
   * Parses a description.
   *
   * @throws NotExpressibleException if it is not of the format that this release knows
   */
  static Description parse(int number, String text) throws NotExpressibleException {
    String[] lines = text.split("\n", -1);
    if (lines.length < 2) {
      throw new NotExpressibleException("class " + number + " is not described: " + text);
    }
    String[] layout = columns(lines[1], 4);
    List<String[]> fields = new ArrayList<>();
    Map<String, Integer> names = new HashMap<>();
    for (int i = 2; i < lines.length; i++) {
      String[] field = columns(lines[i], 3);
      fields.add(field);
      names.merge(field[1], 1, Integer::sum);
    }
    return new Description(
        number,
        lines[0],
        layout[0],
        count(layout[1]),
        count(layout[2]),
        fields.stream()
            .map(
                field ->
                    new Field(
                        field[0],
                        names.getOrDefault(field[1], 0) > 1 ? field[2] + "." + field[1] : field[1]))
            .toList());
  }

  private static String[] columns(String line, int count) throws NotExpressibleException {
    String[] columns = line.split("\t", -1);
    if (columns.length != count) {
      throw new NotExpressibleException("a class is described by: " + line);
    }
    return columns;
  }

  private static int count(String number) throws NotExpressibleException {
    try {
      int count = Integer.parseInt(number);
      if (count >= 0 && count <= MOST_VALUES) {
        return count;
      }
    } catch (NumberFormatException e) {
      throw new NotExpressibleException("a class has " + number + " values");
    }
    throw new NotExpressibleException("a class has " + number + " values");
  }
}
