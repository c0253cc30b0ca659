package io.tallystick.examples.points;

/**
 * A customer's wish to pay part of a bill with points.
 *
 * @param id the business key
 * @param card whose points, and whose bill
 * @param points how many; a point is worth one won
 */
public record PointsUse(String id, String card, long points) {}
